package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "benchcheck:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) != 3 {
		return errors.New("want: check LIMITS OUTPUT, or: tables DOC CSV")
	}
	switch args[0] {
	case "check":
		return check(args[1], args[2], out)
	case "tables":
		return insert(args[1], args[2])
	}
	return fmt.Errorf("no command %q; there are check and tables", args[0])
}

func check(limits, output string, out io.Writer) error {
	list, err := readLimits(limits)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(output)
	if err != nil {
		return err
	}
	results := parse(string(text))
	var errs []error
	for _, l := range list {
		said, err := l.judge(results)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		fmt.Fprintln(out, said)
	}
	return errors.Join(errs...)
}
