#pragma once
/// Checks that look at a connection or at its first line. Pure.

#include "reach/probe/check.hpp"
#include "reach/probe/line_reader.hpp"

#include <string>
#include <string_view>

namespace homeport::reach {

/// That somebody accepts is enough.
class OpenCheck final : public Check {
public:
    void on_connected() override { finish(ProbeResult::arrived, ""); }
    void on_bytes(Bytes /*bytes*/) override {}
};

/// Hands out lines. A last one without its end counts as one when nothing more comes.
class LineCheck : public Check {
public:
    void on_bytes(Bytes bytes) final;
    void on_end(bool cut) final;
    void on_silence() final;
    void on_too_much() final;

protected:
    /// `wanted`: what a right answer would be, to be read after "not with".
    explicit LineCheck(std::string_view wanted) : wanted_(wanted) {}
    /// May finish() or reject().
    virtual void on_line(std::string_view line) = 0;
    void reject(std::string_view line);

private:
    void note(std::string_view line);
    void judge_rest();

    std::string_view wanted_;
    LineReader reader_;
    std::string first_;  ///< the line that is told when none was right
};

/// Anything that begins as an answer of HTTP/1 (RFC 9112 section 4), whatever its status.
class HttpCheck final : public LineCheck {
public:
    explicit HttpCheck(const ProbeOrder& order);
    void on_connected() override;

protected:
    void on_line(std::string_view line) override;

private:
    std::string host_;
};

class SmtpCheck final : public LineCheck {
public:
    SmtpCheck() : LineCheck("a greeting of SMTP") {}

protected:
    void on_line(std::string_view line) override;
};

class SshCheck final : public LineCheck {
public:
    SshCheck() : LineCheck("SSH") {}

protected:
    void on_line(std::string_view line) override;
};

}  // namespace homeport::reach
