package cache

import (
	"context"
	"testing"
	"time"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

func TestAFetchThatAnInvalidationOvertakesIsMadeAgain(t *testing.T) {
	t.Parallel()
	fleet := sharing(t, rig.StartRedis(t), 2, nil)
	key := redistest.KeyOfNPI(1)
	calls := 0
	overtaken := func(ctx context.Context, _ *timeslot.Fragment) (*timeslot.Fragment, error) {
		if calls++; calls == 1 { // at the other replica
			fleet[1].fences.invalidate(Scope{NPI: key.NPI})
		}
		return redistest.Fragment(key, time.Now()), nil
	}
	f, _, err := fleet[0].Fill(t.Context(), key, overtaken)
	if err != nil || calls != 2 || fleet[0].seen.Count("fenced/providerDirect") != 1 {
		t.Fatalf("%d calls, recorded %v, error %v", calls, fleet[0].seen, err)
	}
	if hit := fleet[0].LookAgain(t.Context(), key); hit.Fragment != f {
		t.Error("the second answer is not held")
	}
	fleet[0].redis.settle(t)
	if hit := fleet[1].LookAgain(t.Context(), key); hit.Fragment == nil {
		t.Error("the second answer is not shared")
	}
}

func TestAnAnswerThatIsOvertakenForEverIsServedButNotKept(t *testing.T) {
	x := NewFences(nil)
	m := memoryTier(t, MemoryOptions{Fences: x})
	key, calls := redistest.KeyOfNPI(1), 0
	work := func(ctx context.Context, _ *timeslot.Fragment) (*timeslot.Fragment, error) {
		calls++
		x.invalidate(Scope{All: true})
		return redistest.Fragment(key, time.Now()), nil
	}
	f, _, err := m.Fill(t.Context(), key, work)
	if f == nil || err != nil || calls != 2 {
		t.Errorf("gave %v after %d calls, error %v", f, calls, err)
	}
	if hit := m.Lookup(t.Context(), []timeslot.FragmentKey{key})[0]; hit.Fragment != nil {
		t.Error("it is kept")
	}
}

func TestAnAnswerThatWasOvertakenIsBetterThanNone(t *testing.T) {
	x := NewFences(nil)
	m := memoryTier(t, MemoryOptions{Fences: x})
	key, calls := redistest.KeyOfNPI(1), 0
	f, _, err := m.Fill(t.Context(), key, func(ctx context.Context, _ *timeslot.Fragment) (*timeslot.Fragment, error) {
		if calls++; calls > 1 {
			return nil, errUpstream
		}
		x.invalidate(Scope{All: true})
		return redistest.Fragment(key, time.Now()), nil
	})
	if f == nil || err != nil || calls != 2 {
		t.Errorf("gave %v after %d calls, error %v", f, calls, err)
	}
}
