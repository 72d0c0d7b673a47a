"""Tools that write parts of the documentation, and the schema of the data formats behind one of them."""
