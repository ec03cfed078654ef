#include "reach/probe/ftp_check.hpp"

#include "reach/probe/limits.hpp"

namespace homeport::reach {
namespace {

constexpr std::string_view kAnonymous = "anonymous";
/// By custom an address of mail or a program's name (RFC 1635).
constexpr std::string_view kAnonymousPassword = "homeport@";

bool is_preliminary(const FtpReply& reply) {
    return reply.code < 200;
}

bool is_success(const FtpReply& reply) {
    return reply.code / 100 == 2;
}

std::string port_text(std::uint16_t port) {
    return "passive port " + std::to_string(port);
}

}  // namespace

FtpCheck::FtpCheck(const ProbeOrder& order) : address_(order.to.address) {
    if (order.login.empty()) {
        user_ = kAnonymous;
        password_ = kAnonymousPassword;
        return;
    }
    const std::size_t colon = order.login.find(':');
    user_ = order.login.substr(0, colon);
    if (colon != std::string::npos) password_ = order.login.substr(colon + 1);
}

void FtpCheck::on_bytes(Bytes bytes) {
    if (outcome()) return;
    reader_.add(bytes);
    FtpReply reply;
    while (!outcome()) {
        const FtpReplyReader::Next next = reader_.next(reply);
        if (next == FtpReplyReader::Next::none) return;
        if (next == FtpReplyReader::Next::bad) {
            return finish(ProbeResult::somebody_else,
                          "answers, but not with FTP: " + for_people(reader_.odd()));
        }
        on_reply(reply);
    }
}

void FtpCheck::on_reply(const FtpReply& reply) {
    switch (step_) {
    case Step::greeting:
        return on_greeting(reply);
    case Step::user:
        return on_user(reply);
    case Step::password:
        return on_password(reply);
    case Step::epsv:
        return on_epsv(reply);
    case Step::pasv:
        return on_pasv(reply);
    case Step::dialling:
        return refused("not ready for the list", reply);
    case Step::list:
        return on_list(reply);
    }
}

/// 120: ready in so many minutes.
void FtpCheck::on_greeting(const FtpReply& reply) {
    if (is_preliminary(reply)) return;
    if (reply.code != 220) return refused("no welcome", reply);
    banner_ = for_people(reply.text);
    ask(Step::user, "USER " + user_);
}

void FtpCheck::on_user(const FtpReply& reply) {
    if (reply.code == 230) return ask(Step::epsv, "EPSV");
    if (reply.code == 331) return ask(Step::password, "PASS " + password_);
    refused("login refused", reply);
}

void FtpCheck::on_password(const FtpReply& reply) {
    if (!is_success(reply)) return refused("login refused", reply);
    ask(Step::epsv, "EPSV");
}

void FtpCheck::on_epsv(const FtpReply& reply) {
    if (reply.code == 229) {
        const auto port = parse_epsv(reply.text);
        return port ? dial_data(*port) : refused("no port in the answer to EPSV", reply);
    }
    const bool unknown = reply.code >= 500;
    if (!unknown || !address_.is_v4()) return refused("EPSV refused", reply);
    ask(Step::pasv, "PASV");
}

void FtpCheck::on_pasv(const FtpReply& reply) {
    if (reply.code != 227) return refused("PASV refused", reply);
    const auto named = parse_pasv(reply.text);
    if (!named) return refused("no port in the answer to PASV", reply);
    if (named->address != address_) {
        return end(ProbeResult::somebody_else, "PASV names " + named->address.to_string() +
                                                   ", visitors need " + address_.to_string());
    }
    dial_data(named->port);
}

/// A server that sends nothing has an empty list.
void FtpCheck::on_list(const FtpReply& reply) {
    if (is_preliminary(reply)) return;
    if (!is_success(reply)) return refused("LIST refused", reply);
    list_closed_ = true;
    finish_if_listed();
}

void FtpCheck::ask(Step step, const std::string& command) {
    step_ = step;
    say(command + "\r\n");
}

void FtpCheck::dial_data(std::uint16_t port) {
    if (port < kMinPassivePort) {
        return end(ProbeResult::somebody_else,
                   port_text(port) + " is below " + std::to_string(kMinPassivePort));
    }
    step_ = Step::dialling;
    data_port_ = port;
    want_data(port);
}

void FtpCheck::on_data_connected() {
    if (!outcome()) ask(Step::list, "LIST");
}

/// The port for commands leads home and the one for data does not: what visitors would see.
void FtpCheck::on_data_failed(const ProbeOutcome& dial) {
    end(dial.result, port_text(data_port_) + ": " + dial.detail);
}

void FtpCheck::on_data_end(bool cut) {
    if (cut) return end(ProbeResult::somebody_else, port_text(data_port_) + ": cut");
    data_ended_ = true;
    finish_if_listed();
}

void FtpCheck::finish_if_listed() {
    if (data_ended_ && list_closed_) end(ProbeResult::arrived, banner_);
}

void FtpCheck::on_end(bool cut) {
    if (step_ == Step::greeting) return Check::on_end(cut);
    finish(ProbeResult::somebody_else, "closed before the list came: " + banner_);
}

void FtpCheck::on_silence() {
    if (step_ == Step::greeting) {
        const std::string_view rest = reader_.rest();
        if (rest.empty()) return finish(ProbeResult::nothing, "connected, but no banner");
        return finish(ProbeResult::somebody_else, "answers, but not with FTP: " + for_people(rest));
    }
    if (step_ == Step::dialling)
        return end(ProbeResult::nothing, port_text(data_port_) + ": no answer");
    if (step_ == Step::list && !listed_)
        return end(ProbeResult::nothing, port_text(data_port_) + ": connected, but no list");
    end(ProbeResult::nothing, "stopped answering before the list came: " + banner_);
}

void FtpCheck::on_too_much() {
    if (step_ == Step::list && listed_) return end(ProbeResult::arrived, banner_);
    Check::on_too_much();
}

void FtpCheck::end(ProbeResult result, std::string_view detail) {
    if (outcome()) return;
    say("QUIT\r\n");
    finish(result, detail);
}

void FtpCheck::refused(std::string_view what, const FtpReply& reply) {
    end(ProbeResult::somebody_else, std::string(what) + ": " + for_people(reply.text));
}

}  // namespace homeport::reach
