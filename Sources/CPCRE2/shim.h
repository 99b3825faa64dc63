#pragma once
// Patterns run over bytes: one a character class, see CharacterClasses.swift.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
