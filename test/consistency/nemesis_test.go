package main

import (
	"context"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheNemesisBreaksEverythingOnceBeforeAnythingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNemesis(&fleet{}, 1)
		var order []string
		noted := func(name string) act {
			return act{name, func(ctx context.Context) error {
				order = append(order, name)
				n.hold(ctx, time.Second)
				return nil
			}}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		if err := n.run(ctx, []act{noted("a"), noted("b"), noted("c")}); err != nil {
			t.Fatal(err)
		}
		if len(order) < 5 {
			t.Fatalf("only %v in thirty seconds", order)
		}
		if d := cmp.Diff([]string{"a", "b", "c"}, slices.Sorted(slices.Values(order[:3]))); d != "" {
			t.Errorf("first round %v: %s", order[:3], d)
		}
		if d := cmp.Diff([]string{"a", "b", "c"}, slices.Sorted(maps.Keys(n.done))); d != "" {
			t.Error(d)
		}
	})
}
