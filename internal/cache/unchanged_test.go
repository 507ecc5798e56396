package cache

import (
	"context"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

// repeating is an upstream that says the same each time, of so many slots, until it changes. What it said is shared, as
// package fetch does it.
type repeating struct {
	slots  int
	digest byte
	shared int
	during func() // is called while the answer is under way; nil: nothing happens
}

func (u *repeating) work(_ context.Context, last *timeslot.Fragment) (*timeslot.Fragment, error) {
	f := redistest.WithSlots(u.slots, time.Now())
	f.Digest = timeslot.Digest{u.digest, 1}
	if u.during != nil {
		u.during()
	}
	if f.SameContent(last) {
		u.shared++
		g := *last
		g.FetchedAt, g.Bounds, g.Epoch = f.FetchedAt, f.Bounds, 0
		return &g, nil
	}
	return f, nil
}

func (u *repeating) key() timeslot.FragmentKey { return redistest.KeyOfNPI(u.slots) }

// renew has a replica refresh what it holds, however fresh it is, and waits for the write.
func (u *repeating) renew(t testing.TB, r *sharer) *timeslot.Fragment {
	t.Helper()
	f, shared, err := r.Renew(t.Context(), u.key(), time.Hour, u.work)
	if err != nil || shared {
		t.Fatalf("%v, another's %v", err, shared)
	}
	r.redis.settle(t)
	return f
}

// moved is how often Redis has run a command, and how many bytes came in and went out.
type moved struct{ set, setrange, publish, in, out int }

func watchOf(t testing.TB, client *redis.Client) (m moved) {
	t.Helper()
	info := client.Info(t.Context(), "commandstats", "stats").Val()
	for number, expression := range map[*int]string{
		&m.set: `cmdstat_set:calls=`, &m.setrange: `cmdstat_setrange:calls=`, &m.publish: `cmdstat_publish:calls=`,
		&m.in: `total_net_input_bytes:`, &m.out: `total_net_output_bytes:`,
	} {
		if found := regexp.MustCompile(expression + `(\d+)`).FindStringSubmatch(info); found != nil {
			*number, _ = strconv.Atoi(found[1])
		}
	}
	return m
}

func TestRedisIsNotWrittenWithBytesThatItHas(t *testing.T) {
	t.Parallel()
	s := rig.StartRedis(t)
	client, fleet := s.Client(), sharing(t, s, 2, nil)
	a, b := fleet[0], fleet[1]
	u := &repeating{slots: 1000}
	name := a.redis.prefix + u.key().String()
	first := u.renew(t, a)
	value := client.Get(t.Context(), name).Val()
	client.PExpire(t.Context(), name, 95*time.Second) // as if five seconds had passed

	before := watchOf(t, client)
	trips := func() int {
		return a.seen.Count("lease/ok") + a.seen.Count("set/ok") + a.seen.Count("release/ok") + a.seen.Count("get/ok")
	}
	made := trips()
	second := u.renew(t, a)
	after := watchOf(t, client)
	if n := trips() - made; n != 2 {
		t.Errorf("%d round trips, want two", n)
	}
	if after.setrange-before.setrange != 1 || after.set-before.set != 1 { // the lease is set
		t.Errorf("%+v, then %+v: want one SETRANGE, and one SET", before, after)
	}
	if n := after.in - before.in; n > len(value)/4 {
		t.Errorf("%d bytes sent for a value of %d that was there", n, len(value))
	}
	if left := client.PTTL(t.Context(), name).Val(); left < 99*time.Second {
		t.Errorf("expires in %s, want the 100 s of a new one", left)
	}
	if &first.Slots[0] != &second.Slots[0] || u.shared != 1 {
		t.Error("the second has a content of its own")
	}
	hit := b.Lookup(t.Context(), []timeslot.FragmentKey{u.key()})[0]
	if diff := cmp.Diff(second, hit.Fragment, uncounted); diff != "" {
		t.Errorf("what another replica reads (-written +read):\n%s", diff)
	}
}

func TestWhatChangedIsWrittenWhole(t *testing.T) {
	t.Parallel()
	s := rig.StartRedis(t)
	client, fleet := s.Client(), sharing(t, s, 2, nil)
	a, b := fleet[0], fleet[1]
	u := &repeating{slots: 100}
	u.renew(t, a)
	before := watchOf(t, client)
	u.digest++
	second := u.renew(t, a)
	after := watchOf(t, client)
	if after.setrange != before.setrange || after.set-before.set != 2 || u.shared != 0 {
		t.Errorf("%+v, then %+v: want the value and the lease set", before, after)
	}
	if diff := cmp.Diff(second, b.Lookup(t.Context(), []timeslot.FragmentKey{u.key()})[0].Fragment, uncounted); diff != "" {
		t.Errorf("what another replica reads (-written +read):\n%s", diff)
	}
}

// A head alone is for a value with the same content. Whatever else is there, the whole value comes after it.
func TestAHeadFindsNoBodyAndTheWholeValueFollows(t *testing.T) {
	t.Parallel()
	s := rig.StartRedis(t)
	client := s.Client()
	older := append([]byte("TSF\x01"), make([]byte, 200)...)
	for name, meanwhile := range map[string]func(ctx context.Context, name string){
		"it was evicted":         func(ctx context.Context, name string) { client.Del(ctx, name) },
		"it is foreign":          func(ctx context.Context, name string) { client.Set(ctx, name, "hello", 0) },
		"it has an older format": func(ctx context.Context, name string) { client.Set(ctx, name, older, time.Minute) },
		"it never expires":       func(ctx context.Context, name string) { client.Persist(ctx, name) },
		"it has another content": func(ctx context.Context, name string) { client.SetRange(ctx, name, offsetDigest, "another") },
		"it is cut within the head": func(ctx context.Context, name string) {
			client.Set(ctx, name, client.Get(ctx, name).Val()[:90], time.Minute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, u := sharing(t, s, 1, func(o *setup) { o.Tenant = tenantOf(t) })[0], &repeating{slots: 20}
			r, seen := a.redis, a.seen
			u.renew(t, a)
			meanwhile(t.Context(), r.prefix+u.key().String())
			second := u.renew(t, a)
			if n := seen.Count("set/ok"); n != 3 || u.shared != 1 {
				t.Errorf("%d writes, %d shared: want the first, the head, and then the whole", n, u.shared)
			}
			wantFragments(t, r.Lookup(t.Context(), []timeslot.FragmentKey{u.key()}), second)
			if left := r.Leases(t.Context(), []timeslot.FragmentKey{u.key()}); left[0] != 0 {
				t.Errorf("the lease lasts %s", left[0])
			}
		})
	}
}

// What another replica refreshed need not be sent to those who have its content.
func TestARefreshOfAnotherReplicaIsReadWithoutItsContent(t *testing.T) {
	t.Parallel()
	s := rig.StartRedis(t)
	client, fleet := s.Client(), sharing(t, s, 2, nil)
	a, b := fleet[0], fleet[1]
	u := &repeating{slots: 1000}
	u.renew(t, a)
	old := b.Lookup(t.Context(), []timeslot.FragmentKey{u.key()})[0].Fragment
	refreshed := u.renew(t, a)

	out := func() int { return watchOf(t, client).out }
	before := out()
	for range 10 { // what the test itself reads
		out()
	}
	own := (out() - before) / 11
	before = out()
	got, shared, err := b.Renew(t.Context(), u.key(), time.Until(old.Bounds.Fresh), u.work)
	if err != nil || !shared || !got.FetchedAt.Equal(refreshed.FetchedAt) || &got.Slots[0] != &old.Slots[0] {
		t.Fatalf("%v, another's %v: want the other's refresh, with the content that is at hand", err, shared)
	}
	if diff := cmp.Diff(refreshed, got, uncounted); diff != "" {
		t.Errorf("(-refreshed +read):\n%s", diff)
	}
	if n := out() - before - own; n > 1000 {
		t.Errorf("%d bytes came, for a head", n)
	}
}

// A replica that read the answer before an event must not make it look younger than the event.
func TestAnAnswerThatIsRepeatedIsFencedLikeAnyOther(t *testing.T) {
	t.Parallel()
	s := rig.StartRedis(t)
	fleet := sharing(t, s, 2, nil)
	a, b, u := fleet[0], fleet[1], &repeating{slots: 20}
	keys := []timeslot.FragmentKey{u.key()}
	u.renew(t, a)

	calls := 0
	u.during = func() { // the event comes after the first answer left upstream, and again after the second
		calls++
		b.fences.invalidate(Scope{NPI: u.key().NPI})
	}
	before := s.Client().Get(t.Context(), a.redis.prefix+u.key().String()).Val()
	f, _, err := a.Renew(t.Context(), u.key(), time.Hour, u.work)
	a.redis.settle(t)
	if err != nil || f == nil || calls != 2 {
		t.Fatalf("%v, %v after %d calls", f, err, calls)
	}
	if s.Client().Get(t.Context(), a.redis.prefix+u.key().String()).Val() != before {
		t.Error("what was overtaken is in Redis")
	}
	for _, r := range fleet {
		rig.Until(t, "a miss", func() bool { return found(r.Lookup(t.Context(), keys)) == 0 })
	}

	u.during, u.shared = nil, 0
	renewed := u.renew(t, a)
	if u.shared != 0 {
		t.Error("what was declared void is shared by what came after it")
	}
	if hit := b.Lookup(t.Context(), keys)[0]; hit.Fragment == nil || !hit.Fragment.FetchedAt.Equal(renewed.FetchedAt) || hit.Outdated {
		t.Errorf("%+v, want what was asked for after the event", hit)
	}

	b.fences.markStale(timeslot.Claim{NPI: u.key().NPI})
	rig.Until(t, "marked stale", func() bool { return a.Lookup(t.Context(), keys)[0].Outdated })
	if renewed = u.renew(t, a); u.shared != 1 {
		t.Error("a copy that is doubtful has its content still")
	}
	if hit := b.redis.Lookup(t.Context(), keys)[0]; hit.Fragment == nil || !hit.Fragment.FetchedAt.Equal(renewed.FetchedAt) {
		t.Errorf("%+v, want the refresh", hit)
	}
}

func TestALeaseThatNobodyWaitsForIsGivenBackWithoutANotice(t *testing.T) {
	t.Parallel()
	s := rig.StartRedis(t)
	fleet := sharing(t, s, 2, nil)
	a, b := fleet[0], fleet[1]
	u := &repeating{slots: 20}
	client := s.Client()
	published := func() int { return watchOf(t, client).publish }
	rig.Until(t, "the probes are over", func() bool { return !redistest.Bypassed(a.redis.client) && !redistest.Bypassed(b.redis.client) })
	before := published()
	u.renew(t, a)
	if n := published() - before; n != 0 {
		t.Errorf("%d notices that nobody waited for", n)
	}
	u.during = func() {
		u.during = nil
		never := func(*timeslot.Fragment) bool { return false }
		want := &wanted{lease: &lease{name: b.redis.prefix + u.key().String(), token: "of the second"}, key: u.key(), usable: never}
		for range 2 {
			if _, settled := b.redis.try(t.Context(), want); settled {
				t.Error("two have the lease")
			}
		}
	}
	u.renew(t, a)
	if n := published() - before; n != 1 {
		t.Errorf("%d notices, want one for him who waits", n)
	}
	if left := a.redis.Leases(t.Context(), []timeslot.FragmentKey{u.key()}); left[0] != 0 {
		t.Errorf("the lease that was waited for lasts %s", left[0])
	}
}
