.PHONY: help demo test lint bench
help demo test lint bench:
	@./zp $@
