#include "cli/address_text.hpp"
#include "cli/commands.hpp"
#include "cli/line_look.hpp"

namespace homeport::cli {
namespace {

class Finding {
public:
    Finding(const FindAddress& command, const World& world)
        : command_(command),
          out_(world.console.out),
          line_(world.entropy, {command.stun, command.public_networks, command.echo},
                [this] { look(); }),
          news_(command.json),
          late_(line_.loop().timers(), net::call<&Finding::on_late>(this)) {}

    int run() {
        late_.arm(line_.loop().now() + command_.time);
        line_.run();
        if (!command_.watch) tell_once();
        return known_ ? kDone : kFailed;
    }

private:
    void look() {
        const reach::ReachView view = line_.reach().view();
        known_ = known_ || view.v4.address || view.v6.address;
        if (command_.watch) return tell(view);
        if (addresses_settled(view)) line_.end();
    }

    void on_late() {
        is_late_ = true;
        look();
        if (!command_.watch) line_.end();
    }

    void tell(const reach::ReachView& view) {
        out_ << news_.take(view, is_late_, line_.loop().wall()) << std::flush;
        // Whoever read the lines has gone.
        if (!out_) line_.end();
    }

    void tell_once() {
        const reach::ReachView view = line_.reach().view();
        out_ << (command_.json ? address_json(view, line_.loop().wall()) : address_lines(view));
        out_.flush();
    }

    const FindAddress& command_;
    std::ostream& out_;
    LineLook line_;
    AddressNews news_;
    bool is_late_ = false;
    bool known_ = false;
    net::Timer late_;
};

}  // namespace

int run(const FindAddress& command, const World& world) {
    return Finding(command, world).run();
}

}  // namespace homeport::cli
