#include "sms/http_client.hpp"

#include <curl/curl.h>

#include <new>

#include "sms/sms_gateway.hpp"

namespace shop {
namespace {

// Makes libcurl ready before the first thread uses it.
void initialise_once() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready != CURLE_OK) throw std::bad_alloc();
}

struct Answer {
    std::string body;
    std::size_t limit;
};

std::size_t collect(char* data, std::size_t size, std::size_t count, void* to) {
    Answer& answer = *static_cast<Answer*>(to);
    const std::size_t bytes = size * count;
    if (answer.body.size() + bytes > answer.limit) return 0;  // libcurl: CURLE_WRITE_ERROR
    answer.body.append(data, bytes);
    return bytes;
}

using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

HeaderList list_of(const std::vector<std::string>& headers) {
    HeaderList list(nullptr, &curl_slist_free_all);
    for (const std::string& header : headers) {
        curl_slist* longer = curl_slist_append(list.get(), header.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        static_cast<void>(list.release());
        list.reset(longer);
    }
    return list;
}

}  // namespace

HttpClient::HttpClient(Limits limits) : limits_(limits) { initialise_once(); }
HttpClient::~HttpClient() = default;

void HttpClient::Close::operator()(void* handle) const { curl_easy_cleanup(handle); }

HttpClient::Handle HttpClient::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            Handle handle = std::move(idle_.back());
            idle_.pop_back();
            return handle;
        }
    }
    Handle handle(curl_easy_init());
    if (!handle) throw std::bad_alloc();
    CURL* curl = handle.get();
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);  // signals are not for libraries
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, limits_.connect_ms);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, limits_.total_ms);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &collect);
    return handle;
}

HttpResponse HttpClient::post(
    const std::string& url, const std::vector<std::string>& headers, const std::string& body
) {
    Handle handle = take();
    CURL* curl = handle.get();
    const HeaderList list = list_of(headers);
    Answer answer{.body = {}, .limit = limits_.body};
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list.get());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    const CURLcode code = curl_easy_perform(curl);
    // The URL may hold a signature: libcurl's own words are enough.
    if (code != CURLE_OK) throw GatewayBusy(std::string("HTTP: ") + curl_easy_strerror(code));

    HttpResponse response{.body = std::move(answer.body)};
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &response.status);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(handle));
    return response;
}

}  // namespace shop
