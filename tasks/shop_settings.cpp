#include "shop_settings.hpp"

namespace shop {

ShopSettings shop_settings(const tw::Settings& settings) {
    tw::Json values(ShopSettings{});
    for (const auto& [name, value] : settings.app.items()) {
        if (!values.contains(name))
            throw tw::ConfigError("app." + name + ": the shop has no such setting");
        values[name] = value;
    }
    try {
        return tw::from_json<ShopSettings>(values, tw::Path("app"));
    } catch (const tw::ConversionError& error) {
        throw tw::ConfigError(error.what());
    }
}

}  // namespace shop
