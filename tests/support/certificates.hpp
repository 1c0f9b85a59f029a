#pragma once

#include <string>

namespace taskworker::testing {

// Certificates of two authorities, made by `openssl` in a folder of their own. Made at the first
// call, removed when the process ends.
class Certificates {
public:
    Certificates();
    ~Certificates();
    Certificates(const Certificates&) = delete;
    Certificates& operator=(const Certificates&) = delete;

    // "ca.pem", "other-ca.pem": authorities. With a .key beside each: "server.pem" (localhost,
    // 127.0.0.1), "wrong-host.pem", "expired.pem", "client.pem".
    std::string path(const std::string& name) const { return folder_ + "/" + name; }

    // Signs another one, or the same anew.
    void sign(const std::string& name, const std::string& names, int days) const;

private:
    void authority(const std::string& name) const;
    std::string folder_;
};

const Certificates& certificates();

}  // namespace taskworker::testing
