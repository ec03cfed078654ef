#pragma once
/// A plain TCP proxy as the middle: accepts at the relay, looks the home's name up, dials it,
/// copies both ways. It promises nothing but right bytes and honest ends; it exercises the world.

#include "sim/scenarios/middle.hpp"

namespace homeport::sim {

MiddleKind plain_proxy();

}  // namespace homeport::sim
