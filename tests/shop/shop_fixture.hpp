#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "banner/banner_cache.hpp"
#include "seckill/stock_gate.hpp"
#include "site/database.hpp"
#include "sms/sent_codes.hpp"
#include "sms/sms_gateway.hpp"
#include "tasks.hpp"
#include "taskworker/taskworker.hpp"
#include "taskworker/testing.hpp"

namespace shop {

// A folder for one test, with the database in it.
class TemporaryFolder {
public:
    TemporaryFolder() : path_(testing::TempDir() + "shop-XXXXXX") {
        if (::mkdtemp(path_.data()) == nullptr) std::abort();
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

// The shop with a gateway and a cache that the test plays, and a database in a file.
class ShopTest : public testing::Test {
protected:
    using Send = std::function<std::string(const SmsMessage& message)>;
    using Replace = std::function<void(const std::vector<Banner>&)>;

    ShopTest() {
        settings.app = {
            {"database_url", "sqlite3://" + folder.path() + "/shop.db"}, {"seckill_gate", false}};
        app.resource<SmsGateway>([this] { return std::make_unique<PlayedGateway>(send); });
        app.resource<SentCodes>([this] { return std::make_unique<PlayedCodes>(receipts); });
        app.resource<BannerCache>([this] {
            return std::make_unique<PlayedCache>(replace, refreshing);
        });
        app.resource<StockGate>(&make_stock_gate);
        app.resource<Database>([this] { return database; });
        add_tasks(app);
    }

    template <class T, class... G>
    tw::Outcome run(const T& task, G&&... given) {
        return run(tw::testing::request(task, std::forward<G>(given)...));
    }
    tw::Outcome run(tw::Request request) {
        return tw::testing::record(app, std::move(request), settings).outcome;
    }
    static tw::Json value(const tw::Outcome& outcome) {
        return std::get<tw::Success>(outcome).value;
    }

    static std::shared_ptr<Database> open(const std::string& path) {
        return std::make_shared<Database>(DatabaseUrl::parse("sqlite3://" + path), true);
    }

    TemporaryFolder folder;
    tw::Settings settings;
    Send send = [](const SmsMessage&) { return "receipt"; };
    std::map<std::string, std::string> receipts;  // by task id
    bool refreshing = false;                      // another task refreshes the banners
    Replace replace = [](const std::vector<Banner>&) {};
    std::shared_ptr<Database> database = open(folder.path() + "/shop.db");
    tw::App app;

private:
    struct PlayedGateway final : SmsGateway {
        explicit PlayedGateway(Send& played) : play(played) {}
        std::string send(const SmsMessage& message) override { return play(message); }
        Send& play;
    };
    struct PlayedCodes final : SentCodes {
        explicit PlayedCodes(std::map<std::string, std::string>& played) : receipts(played) {}
        std::optional<std::string> begin(const SmsMessage& message) override {
            const auto found = receipts.find(message.task_id);
            return found == receipts.end() ? std::nullopt : std::optional(found->second);
        }
        void remember(const SmsMessage& message, const std::string& receipt) override {
            receipts[message.task_id] = receipt;
        }
        void forget(const SmsMessage&) override {}
        std::map<std::string, std::string>& receipts;
    };
    struct PlayedCache final : BannerCache {
        PlayedCache(Replace& played, bool& other) : play(played), is_held(other) {}
        bool begin(const std::string&) override { return !is_held; }
        void end(const std::string&) override {}
        void replace(const std::vector<Banner>& banners) override { play(banners); }
        Replace& play;
        bool& is_held;
    };
};

}  // namespace shop
