package taken

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

func usesAt(t *testing.T, s *rig.Redis, life time.Duration) *Uses {
	t.Helper()
	return NewUses(redistest.New(t, redistest.Options(s.Addr)), life)
}

func TestAKeyThatWasUsedAtOneReplicaIsUsedAtAll(t *testing.T) {
	t.Parallel()
	s := rig.StartRedis(t)
	here, there := usesAt(t, s, time.Hour), usesAt(t, s, time.Hour)
	owner, used, _, err := here.Begin(t.Context(), "k")
	if used || err != nil {
		t.Fatal(used, err)
	}
	if _, used, status, err := there.Begin(t.Context(), "k"); !used || status != 0 || err != nil {
		t.Errorf("while it is under way: %t %d %v", used, status, err)
	}
	here.End(t.Context(), "k", owner, 201)
	if _, used, status, err := there.Begin(t.Context(), "k"); !used || status != 201 || err != nil {
		t.Errorf("after its end: %t %d %v", used, status, err)
	}
	if _, used, _, err := there.Begin(t.Context(), "another"); used || err != nil {
		t.Errorf("another key: %t %v", used, err)
	}
}

func TestAKeyIsFreeAgainWhereNothingWasSentAndWhenItsLifeIsOver(t *testing.T) {
	t.Parallel()
	s := rig.StartRedis(t)
	u := usesAt(t, s, time.Hour)
	owner, _, _, _ := u.Begin(t.Context(), "k")
	u.End(t.Context(), "k", "somebody else", 0)
	if _, used, _, _ := u.Begin(t.Context(), "k"); !used {
		t.Error("somebody else gave the use up")
	}
	u.End(t.Context(), "k", owner, 0)
	if _, used, _, _ := u.Begin(t.Context(), "k"); used {
		t.Error("used although nothing was sent")
	}
	if left := s.Client().PTTL(t.Context(), u.name("k")).Val(); left <= 0 || left > time.Hour {
		t.Errorf("a use lives for %s", left)
	}
}

func TestOfManyWhoBeginAtOnceOneUsesTheKey(t *testing.T) {
	t.Parallel()
	s := rig.StartRedis(t)
	var first atomic.Int32
	var all sync.WaitGroup
	for range 3 {
		u := usesAt(t, s, time.Hour)
		for range 20 {
			all.Go(func() {
				if _, used, _, err := u.Begin(t.Context(), "k"); !used && err == nil {
					first.Add(1)
				}
			})
		}
	}
	all.Wait()
	if n := first.Load(); n != 1 {
		t.Errorf("%d of 60 used it first", n)
	}
}

func TestWithoutRedisNobodyKnowsAndNobodyWaits(t *testing.T) {
	t.Parallel()
	s := rig.StartRedis(t)
	u := usesAt(t, s, time.Hour)
	s.Kill()
	rig.Until(t, "Redis is known to be away", func() bool {
		_, used, _, err := u.Begin(t.Context(), "k")
		return !used && err != nil && u.redis.Bypassed(u.name("k"))
	})
	u.End(t.Context(), "k", "owner", 201) // and nothing happens
}
