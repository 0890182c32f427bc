import Kernel
import Orders
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `The dispatch board` {
    @Test(arguments: Backend.available)
    func `shows what has ended a day at a time, today's unless another day is asked for`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let placed = try await world.place()
            let ended = try await CancelOrder(world.office)(placed.id, reason: "重复下单", by: World.desk)
            _ = try await world.order(in: .accepted, World.request(day: 3))
            let (day, state, read) = (ended.serviceDate, ended.state, ReadDesk(world.office))
            func shown(_ day: LocalDate?, category: String? = nil) async throws -> [OrderID] {
                try await read.board(.init(state: state, category: category, day: day), limit: 10).rows.map(\.order.id)
            }
            #expect(try await shown(day) == [ended.id])
            #expect(try await shown(nil).isEmpty)
            #expect(try await shown(day.adding(days: 1)).isEmpty)
            #expect(try await shown(day, category: "09").isEmpty)
            world.setClock(Instant(day, minute: 600))
            #expect(try await shown(nil) == [ended.id])
        }
    }

    @Test(arguments: Backend.available)
    func `goes on where a page ends, without a row twice or left out, whatever ends meanwhile`(backend: Backend) async throws {
        try await World.with(backend) { world in
            var orders: [Order] = []
            for day in 3..<10 { orders.append(try await world.place(World.request(day: day))) }
            // Two whose time is out at the same moment are told apart by their ids.
            #expect(Set(orders.compactMap(\.timer?.due)).count < orders.count)
            let read = ReadDesk(world.office)
            func pages(_ filter: OrderRepository.Filter, meanwhile: () async throws -> Void = {}) async throws -> [[OrderID]] {
                var (pages, place) = ([[OrderID]](), OrderRepository.Place?.none)
                repeat {
                    let board = try await read.board(filter, after: place, limit: 3)
                    pages.append(board.rows.map(\.order.id))
                    place = board.next
                    if pages.count == 1 { try await meanwhile() }
                } while place != nil
                return pages
            }
            let all = try await read.waiting(limit: 100).map(\.order.id)
            #expect(try await pages(.init()).map(\.count) == [3, 3, 1])
            #expect(try await pages(.init()).flatMap { $0 } == all)
            // The last row of the first page is gone when the second is asked for.
            let gone = try await pages(.init()) { _ = try await CancelOrder(world.office)(all[2], reason: "重复下单", by: World.desk) }
            #expect(gone.flatMap { $0 } == all)
            for id in all where id != all[2] { _ = try await CancelOrder(world.office)(id, reason: "重复下单", by: World.desk) }
            for order in orders { #expect(try await pages(.init(state: .cancelled, day: order.serviceDate)) == [[order.id]]) }
            #expect(try await pages(.init()) == [[]])
        }
    }

    @Test(arguments: Backend.available)
    func `turns the pages of a day that has ended, the newest first`(backend: Backend) async throws {
        try await World.with(backend) { world in
            var ended: [OrderID] = []
            for _ in 0..<4 {
                let order = try await world.place(World.request(twin: true))
                ended.append(try await CancelOrder(world.office)(order.id, reason: "重复下单", by: World.desk).id)
            }
            let (day, read) = (World.request().start.localDate, ReadDesk(world.office))
            let first = try await read.board(.init(state: .cancelled, day: day), limit: 2)
            let second = try await read.board(.init(state: .cancelled, day: day), after: first.next, limit: 2)
            #expect(first.rows.map(\.order.id) + second.rows.map(\.order.id) == ended.sorted(by: >))
            #expect(second.next == nil)
        }
    }
}
