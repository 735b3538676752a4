"""All input and output: network, database, files, processes. Each outside system has one seam."""
