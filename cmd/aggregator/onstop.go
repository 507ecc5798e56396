package main

import (
	"errors"
	"slices"
)

// onStop is how to end what was started, in the order of starting.
type onStop []func() error

// push notes how to end what was just started.
func (o *onStop) push(stop func() error) { *o = append(*o, stop) }

// run ends everything once, the last started first. A stop that fails holds up none of the others.
func (o *onStop) run() error {
	var errs []error
	for _, stop := range slices.Backward(*o) {
		errs = append(errs, stop())
	}
	*o = nil
	return errors.Join(errs...)
}

// cannotFail is a stop without an error.
func cannotFail(stop func()) func() error {
	return func() error {
		stop()
		return nil
	}
}
