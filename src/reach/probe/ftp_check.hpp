#pragma once
/// Logs in and lists the directory through a passive connection (RFC 959, RFC 2428), as a visitor's
/// program would. Pure: the data connection is asked for by data_port(), to the same address.
///
/// The port alone is not enough for success: who cannot log in, or has no list because the passive
/// ports lead elsewhere, is not reached.

#include "core/ip.hpp"
#include "reach/probe/check.hpp"
#include "reach/probe/ftp_reply.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace homeport::reach {

class FtpCheck final : public Check {
public:
    explicit FtpCheck(const ProbeOrder& order);

    void on_bytes(Bytes bytes) override;
    void on_end(bool cut) override;
    void on_silence() override;
    /// Of the list: it came, which is what matters. Of answers: no FTP.
    void on_too_much() override;

    void on_data_connected() override;
    void on_data_failed(const ProbeOutcome& dial) override;
    void on_data_bytes(Bytes /*bytes*/) override { listed_ = true; }
    void on_data_end(bool cut) override;

private:
    enum class Step : std::uint8_t { greeting, user, password, epsv, pasv, dialling, list };

    void on_reply(const FtpReply& reply);
    void on_greeting(const FtpReply& reply);
    void on_user(const FtpReply& reply);
    void on_password(const FtpReply& reply);
    void on_epsv(const FtpReply& reply);
    void on_pasv(const FtpReply& reply);
    void on_list(const FtpReply& reply);

    void ask(Step step, const std::string& command);
    void dial_data(std::uint16_t port);
    void finish_if_listed();
    /// Ends politely.
    void end(ProbeResult result, std::string_view detail);
    void refused(std::string_view what, const FtpReply& reply);

    IpAddress address_;
    std::string user_;
    std::string password_;
    FtpReplyReader reader_;
    Step step_ = Step::greeting;
    std::string banner_;
    std::uint16_t data_port_ = 0;
    bool listed_ = false;  ///< something came through the data connection
    bool data_ended_ = false;
    bool list_closed_ = false;  ///< the server says that it has sent all
};

}  // namespace homeport::reach
