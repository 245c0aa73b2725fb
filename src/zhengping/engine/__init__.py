"""Values in, values out: everything the product calculates, with no database, network, clock or hidden chance."""
