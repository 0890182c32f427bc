#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A place on the map in degrees (CGCS2000; nobody here is near a pole).
public struct Coordinate: Hashable, Sendable {
    public let latitude: Double
    public let longitude: Double

    /// Nil outside latitude ±90 and longitude ±180, or when not a number.
    public init?(latitude: Double, longitude: Double) {
        guard abs(latitude) <= 90, abs(longitude) <= 180 else { return nil }
        self.latitude = latitude
        self.longitude = longitude
    }

    /// Great-circle distance in whole metres (haversine, mean earth radius 6,371,008.8 m), within 0.5 % of the road-free truth.
    public func metres(to other: Coordinate) -> Int {
        let degree = Double.pi / 180
        let (a, b) = (latitude * degree, other.latitude * degree)
        let (dLat, dLon) = (sin((b - a) / 2), sin((other.longitude - longitude) * degree / 2))
        let h = dLat * dLat + cos(a) * cos(b) * dLon * dLon
        return Int((2 * 6_371_008.8 * asin(min(1, h.squareRoot()))).rounded())
    }
}
