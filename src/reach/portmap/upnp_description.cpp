#include "reach/portmap/upnp_description.hpp"

#include "reach/portmap/limits.hpp"
#include "reach/wire/ssdp.hpp"
#include "reach/wire/xml.hpp"

#include <algorithm>

namespace homeport::reach {
namespace {

constexpr std::size_t kMaxTypeBytes = 96;

/// A service as it is written.
struct RawService {
    std::uint32_t parent_number = 0;
    std::string type;
    std::string control;
    std::string events;
};

bool starts_with_service(std::string_view type, std::string_view name) {
    constexpr std::string_view kUrn = "urn:schemas-upnp-org:service:";
    return type.starts_with(kUrn) && type.substr(kUrn.size()).starts_with(name);
}

/// The type stands in calls, so it holds nothing that could end an attribute or a line.
bool plain_type(std::string_view type) {
    constexpr std::string_view kMarks = ":.-_";
    return type.size() <= kMaxTypeBytes && std::ranges::all_of(type, [&](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      kMarks.find(c) != std::string_view::npos;
           });
}

std::optional<UpnpService::Kind> kind_of_service(std::string_view type) {
    if (!plain_type(type)) return std::nullopt;
    if (starts_with_service(type, "WANIPConnection:") ||
        starts_with_service(type, "WANPPPConnection:")) {
        return UpnpService::Kind::connection;
    }
    if (starts_with_service(type, "WANIPv6FirewallControl:")) return UpnpService::Kind::firewall;
    return std::nullopt;
}

/// Only places at the host of the description are followed.
std::optional<HttpUrl> place(const HttpUrl& base, std::string_view reference) {
    auto url = base.resolve(reference);
    if (!url || url->at.address != base.at.address) return std::nullopt;
    return std::move(*url);
}

std::optional<UpnpService> usable(const RawService& raw, const HttpUrl& base) {
    const auto kind = kind_of_service(raw.type);
    auto control = place(base, raw.control);
    if (!kind || !control) return std::nullopt;
    return UpnpService{*kind, raw.type, std::move(*control), place(base, raw.events)};
}

class DescriptionReader {
public:
    explicit DescriptionReader(const HttpUrl& location) : base_(location) {}

    void take(const XmlLeaf& leaf) {
        if (leaf.name == "URLBase") take_base(leaf.text);
        if (leaf.name == "manufacturer" && maker_.empty()) maker_ = leaf.text;
        if (leaf.name == "modelName" && model_.empty()) model_ = leaf.text;
        if (leaf.name == "friendlyName" && friendly_.empty()) friendly_ = leaf.text;
        if (leaf.name == "serviceType") service(leaf).type = leaf.text;
        if (leaf.name == "controlURL") service(leaf).control = leaf.text;
        if (leaf.name == "eventSubURL") service(leaf).events = leaf.text;
    }

    UpnpDescription result() const {
        UpnpDescription description;
        const bool named = !maker_.empty() || !model_.empty();
        description.name = plain_words(named ? maker_ + " " + model_ : friendly_);
        for (const RawService& raw : services_) {
            auto service = usable(raw, base_);
            if (service && description.services.size() < kMaxUpnpServices) {
                description.services.push_back(std::move(*service));
            }
        }
        return description;
    }

private:
    void take_base(std::string_view text) {
        if (auto base = place(base_, text)) base_ = std::move(*base);
    }

    RawService& service(const XmlLeaf& leaf) {
        if (services_.empty() || services_.back().parent_number != leaf.parent_number) {
            services_.push_back({leaf.parent_number, {}, {}, {}});
        }
        return services_.back();
    }

    HttpUrl base_;
    std::string maker_;
    std::string model_;
    std::string friendly_;
    std::vector<RawService> services_;
};

}  // namespace

Result<UpnpDescription> read_description(std::string_view xml, const HttpUrl& location) {
    const auto leaves = xml_leaves(xml);
    if (!leaves) return std::unexpected(leaves.error());
    DescriptionReader reader(location);
    for (const XmlLeaf& leaf : *leaves) reader.take(leaf);
    return reader.result();
}

}  // namespace homeport::reach
