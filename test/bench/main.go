package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	switch {
	case len(args) == 2 && args[0] == "check":
		return check(args[1], judged{allocations: true, times: true}, measure, out)
	case len(args) == 2 && args[0] == "count":
		return check(args[1], judged{allocations: true}, measure, out)
	case len(args) == 3 && args[0] == "tables":
		return insert(args[1], args[2])
	}
	return errors.New("want: check LIMITS, count LIMITS, or tables DOC CSV")
}
