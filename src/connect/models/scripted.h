// A stand-in for a model that answers from a script (script.h). It is no model: it understands
// nothing, and temperature, token limits and stop words mean nothing to it. Demos, examples and
// tests run on it without a key.
#pragma once

#include "connect/models/provider.h"

namespace qd::connect::models {

class ScriptedProvider final : public Provider {
 public:
  Task<Result<ModelAnswer>> complete(ModelRequest request, Connection connection,
                                     Timestamp deadline) override;
};

}  // namespace qd::connect::models
