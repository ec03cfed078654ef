#pragma once
/// The two ends of every scenario: target servers at home and visitors outside. They know every
/// byte that must come and where it must end; what must never happen ends the simulation with a
/// message.

#include "sim/world/target.hpp"
#include "sim/world/visitor.hpp"
