// What the commands include beside what everybody does.
#pragma once
#include <CLI/CLI.hpp>

#include "pch.h"
