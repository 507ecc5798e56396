//go:build !consistencycheck

package main

import (
	"io"
	"log/slog"
	"strings"
	"testing"
)

func TestTheProgramHasNoSwitchThatOffersTakenSlots(t *testing.T) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	for _, environ := range [][]string{nil, {"PATH=/bin"}, {disableVariable + "="}} {
		if _, err := disabledBy(environ, log); err != nil {
			t.Errorf("%q: %v", environ, err)
		}
	}
	for _, part := range []string{"tombstones", "serve-filter", "promotion-wait", "anything"} {
		_, err := disabledBy([]string{disableVariable + "=" + part}, log)
		if err == nil || !strings.Contains(err.Error(), part) || !strings.Contains(err.Error(), "unset the variable") {
			t.Errorf("%s: %v; want it refused, and the fix named", part, err)
		}
	}
}
