# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0

# What the C code of the chunk format returns when it fails is list(class, text). Anything else is
# passed over. A chunk that is gone or of another version tells of a frame that was replaced, or
# of damage: 'is_replaced' is a function that looks.
raise_failure <- function(result, file, is_replaced = function() FALSE) {
  if (!identical(names(result), c("class", "text"))) {
    return(invisible(result))
  }
  if (result$class == "interrupted") {
    rlang::interrupt()
  }
  class <- result$class
  if (class %in% c("alluxior_not_found", "alluxior_changed")) {
    class <- if (is_replaced()) "alluxior_changed" else "alluxior_corrupt"
  }
  abort_alluxio(class, paste0(file, ": ", result$text, "."), failure_remedy(class), path = file)
}

failure_remedy <- function(class) {
  switch(class,
    alluxior_changed = "The frame was replaced after it was opened: open it again.",
    alluxior_corrupt = "Restore the file from a copy, or write the frame again.",
    alluxior_memory = "Read fewer columns or rows at a time.",
    transport_remedy(class)
  )
}
