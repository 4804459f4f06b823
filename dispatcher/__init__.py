"""The core: rules decide, the workflow makes things happen, the store remembers."""
