import Catalog
import Entitlement
import Kernel
import Registry

/// The dish of a swipe and its price, found before the writer is bothered.
struct Meal: Sendable {
    let item: Item
    let price: Price
    let offer: Offer
    let mealsADay: Int

    /// - Throws: a sentence that the canteen can read out.
    init(_ request: SwipeRequest, _ reference: Reference) throws {
        guard let provider = reference.franchise.provider(request.canteen) else {
            throw Rejection(.missing, "canteen_unknown", "没有这家餐厅，请核对编号。", pointer: "/canteen")
        }
        guard provider.state.mayReceiveOrders else {
            throw Rejection(.refused, "canteen_suspended", "该餐厅已暂停服务，不能刷卡。", pointer: "/canteen")
        }
        let code = request.item ?? SwipeMeal.standardItem(request.slot)
        let date = request.at.localDate
        guard let item = reference.catalogue.item(code), item.category == .meals, item.mode == .onSite else {
            throw Rejection(.missing, "item_unknown", "没有这个餐品，请重新选择。", pointer: "/item")
        }
        guard let price = reference.catalogue.price(of: code, on: date),
            let offer = reference.franchise.offer(request.canteen, code.text, on: date)
        else {
            throw Rejection(.refused, "item_not_offered", "本餐厅当日没有“\(item.name)”的有效价格。", pointer: "/item")
        }
        let licences = reference.catalogue.credentials(of: code).filter { $0.holder == .provider }
        guard provider.holds(licences.map(\.code.text), on: date) else {
            throw Rejection(.refused, "canteen_licence", "该餐厅当日没有有效的经营许可，不能刷卡；请联系平台核对证照。", pointer: "/canteen")
        }
        self.item = item
        self.price = price
        self.offer = offer
        mealsADay = reference.catalogue.parameters.int("meal_slots_a_day", on: date) ?? MealSlot.allCases.count
    }

    /// The guide price, of which the canteen's is the discounted one.
    var listPrice: Fen? { price.type == .market ? nil : price.guide }
}
