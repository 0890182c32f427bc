import ArgumentParser
import GRDB
import Hummingbird
import Mustache
import Crypto
import Yams
@main struct VNH: AsyncParsableCommand { func run() async throws { print("vnh") } }
