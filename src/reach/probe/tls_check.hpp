#pragma once
/// Says ClientHello for TLS 1.3 and 1.2 and wants to hear a ServerHello (RFC 8446 section 4.1).
/// Pure.

#include "reach/probe/check.hpp"

#include <string>

namespace homeport::reach {

class TlsCheck final : public Check {
public:
    TlsCheck(const ProbeOrder& order, const CheckSeed& seed);

    void on_connected() override { say(hello_); }
    void on_bytes(Bytes bytes) override;

private:
    /// Looks at the record that begins at read_; false: more of it has to come, or it is over.
    bool read_record();
    bool read_alert(std::string_view record);
    void reject();

    std::string hello_;
    std::string held_;
    std::size_t read_ = 0;  ///< of held_: warnings that were passed over
};

/// A ClientHello in one record; an empty `name` leaves server_name out. Takes 96 random octets.
std::string client_hello(std::string_view name, const CheckSeed& seed);

}  // namespace homeport::reach
