package taken

import (
	"errors"
	"testing"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

func TestASwitchReachesEveryReplicaAndOneThatStartsLater(t *testing.T) {
	t.Parallel()
	server := rig.StartRedis(t)
	newReplica := func() *Switches {
		s := NewSwitches(redistest.New(t, redistest.Options(server.Addr)))
		t.Cleanup(s.Close)
		return s
	}
	a, b := newReplica(), newReplica()
	if err := a.Set(t.Context(), "flushot", true); err != nil || !a.Off("flushot") || a.Off("default") {
		t.Fatalf("%v, off %v", err, a.Off("flushot"))
	}
	rig.Until(t, "the other replica knows", func() bool { return b.Off("flushot") })
	server.Do("FLUSHALL")
	c := newReplica()
	rig.Until(t, "a replica that starts after Redis lost it all", func() bool { return c.Off("flushot") })
	if err := b.Set(t.Context(), "flushot", false); err != nil {
		t.Fatal(err)
	}
	rig.Until(t, "it is on everywhere", func() bool { return !a.Off("flushot") && !c.Off("flushot") })
}

func TestASwitchHoldsHereWhileRedisIsAwayAndThereOnceItIsBack(t *testing.T) {
	t.Parallel()
	server := rig.StartRedis(t)
	a, b := NewSwitches(redistest.New(t, redistest.Options(server.Addr))), NewSwitches(redistest.New(t, redistest.Options(server.Addr)))
	t.Cleanup(a.Close)
	t.Cleanup(b.Close)
	server.Kill()
	if err := a.Set(t.Context(), "flushot", true); !errors.Is(err, ErrNotTold) || !a.Off("flushot") {
		t.Errorf("%v, off %v; want it off here and said so", err, a.Off("flushot"))
	}
	server.Begin()
	rig.Until(t, "the other replica knows", func() bool { return b.Off("flushot") })
}

func TestWithoutRedisASwitchIsThisReplicasOwn(t *testing.T) {
	s := NewSwitches(nil)
	defer s.Close()
	if err := s.Set(t.Context(), "flushot", true); err != nil || !s.Off("flushot") {
		t.Errorf("%v, off %v", err, s.Off("flushot"))
	}
}
