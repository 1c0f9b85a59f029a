# Filled by its owner.
