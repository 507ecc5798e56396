package cache

import (
	"cmp"
	"context"
	cryptorand "crypto/rand"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
)

// A replica that wants to fetch a fragment takes the key's lease first, so that a crowd costs one upstream call in the
// whole fleet (docs/architecture.md §5):
//
//	winner   lease ─▶ work ─▶ answer      afterwards, in one: write ─▶ give back ─▶ notice
//	loser    no lease ─▶ wait for the notice, or for a pause ─▶ try again: a fragment, or a lease
//
// A notice reaches every replica, so there is one only where somebody waits: a loser marks the lease, by a star after the
// token.
//
// A winner that failed gives back too, and the next one goes; one that died keeps the lease until it expires. Without
// Redis everybody goes at once.

// Pauses between the tries of one that waits for another's lease, should the notice get lost. Each is cut by up to a
// half at random, so that replicas do not try in step.
const (
	firstPause = 25 * time.Millisecond
	maxPause   = 250 * time.Millisecond
)

// DefaultLeaseTTL is how long the lease of a dead replica stays.
const DefaultLeaseTTL = 3 * time.Second

// lease is the right to fetch one fragment. Only its owner's token gives it back.
type lease struct {
	name  string // of the fragment in Redis
	token string
}

// leaseKey is a lease's key: the prefix of all keys before the brace, and between the braces the whole name of the
// fragment. That puts the lease into the fragment's slot of a cluster, so that one script may use both. No fragment's name
// contains a brace.
func (r *Redis) leaseKey(name string) string { return r.client.LeaseNamespace() + "{" + name + "}" }

// turnScript takes a lease if it is free, else marks it, and gives its owner, how long the fragment still lives, and the
// fragment: what a previous owner stored before it gave back is seen. Of a fragment whose digest the caller has, it gives the
// head alone. A refusal to take the lease comes last, since what is there can be read all the same.
var turnScript = redis.NewScript(`
local refusal = redis.pcall('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
if type(refusal) ~= 'table' or not refusal.err then refusal = false end
local owner = redis.call('GET', KEYS[1])
if owner and owner:sub(-1) == '*' then
  owner = owner:sub(1, -2)
elseif owner and owner ~= ARGV[1] then
  redis.pcall('SET', KEYS[1], owner .. '*', 'XX', 'KEEPTTL')
end
local left = redis.call('PTTL', KEYS[2])
local value = redis.pcall('GETRANGE', KEYS[2], 0, ARGV[4] - 1)
if type(value) ~= 'string' or value:sub(69, 84) ~= ARGV[3] then value = redis.pcall('GETRANGE', KEYS[2], 0, ARGV[5]) end
return {owner, left, value, refusal}
`)

// wanted is a fragment that is waited for: by which lease, what is at hand already (nil: nothing), and which will do.
type wanted struct {
	lease  *lease
	key    timeslot.FragmentKey
	known  *timeslot.Fragment
	usable func(*timeslot.Fragment) bool
}

// turn is what waiting ended with: a fragment that another replica filled, or a lease, or neither, when Redis is out
// of reach and everybody is on his own.
type turn struct {
	filled *timeslot.Fragment
	lease  *lease
}

// awaitTurn waits until another replica filled key with something usable or it is this replica's turn to work. known is a
// copy that is at hand, whose content need not come again; nil: none. The error is the cause of ctx' end.
func (r *Redis) awaitTurn(ctx context.Context, key timeslot.FragmentKey, known *timeslot.Fragment, usable func(*timeslot.Fragment) bool) (turn, error) {
	want := &wanted{lease: &lease{name: r.prefix + key.String(), token: cryptorand.Text()}, key: key, known: known, usable: usable}
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		notice, leave := r.notices.await(want.lease.name) // before trying, so that no notice falls in between
		t, settled := r.try(ctx, want)
		if !settled {
			redisclient.Rest(ctx, notice, pause/2+rand.N(pause/2))
		}
		leave()
		if settled {
			return t, nil
		}
		if redisclient.IsOver(ctx) {
			return turn{}, cmp.Or(context.Cause(ctx), context.DeadlineExceeded)
		}
	}
}

// try asks for the lease and for the fragment in one round trip. A try that was not answered is not settled while
// Redis is asked: the next one finds out whether it went through, by the token.
func (r *Redis) try(ctx context.Context, want *wanted) (turn, bool) {
	if r.client.Bypassed(want.lease.name) {
		r.client.Skipped(operationLease)
		return turn{}, true
	}
	var got attempt
	now := r.options.Now()
	ok := r.client.RoundTrip(ctx, operationLease, want.lease.name, func(ctx context.Context) error {
		got = r.attempt(ctx, want.lease, want.known)
		return redisclient.Worst(got.valueErr, got.err)
	})
	if redisclient.IsOver(ctx) {
		return turn{}, false
	}
	won := got.owner == want.lease.token
	if f := r.freshOf(got, want, now); f != nil && want.usable(f) {
		if won {
			r.release(want.lease)
		}
		return turn{filled: f}, true
	}
	if won {
		return turn{lease: want.lease}, true
	}
	if got.owner == "" && redisclient.IsReply(got.err) && got.err != redis.Nil { // read-only, or out of memory: nobody will get a lease
		return turn{}, true
	}
	return turn{}, !ok && r.client.Bypassed(want.lease.name)
}

// attempt is what turnScript answered.
type attempt struct {
	owner    string // of the lease, by its token; empty: nobody
	left     time.Duration
	value    []byte
	valueErr error // why the value could not be read
	err      error // why the lease could not be taken, or nothing was answered
}

func (r *Redis) attempt(ctx context.Context, want *lease, known *timeslot.Fragment) (a attempt) {
	digest := ""
	if known != nil && known.Digest != (timeslot.Digest{}) {
		digest = string(known.Digest[:])
	}
	keys := []string{r.leaseKey(want.name), want.name}
	reply, err := turnScript.Run(ctx, r.client.Commands(), keys, want.token, r.options.LeaseTTL.Milliseconds(), digest,
		headerSize+len(want.name), maxEncoded).Slice()
	if err != nil || len(reply) != 4 {
		return attempt{err: cmp.Or(err, error(errDamaged))}
	}
	a.owner, _ = reply[0].(string)
	left, _ := reply[1].(int64)
	a.left = time.Duration(left) * time.Millisecond
	value, _ := reply[2].(string)
	a.value = []byte(value)
	a.valueErr, _ = reply[2].(error)
	a.err, _ = reply[3].(error)
	return a
}

// freshOf is the fragment that an attempt found; nil where it is none that is fresh, which is seen before its content is
// read. The content of one that is known is shared.
func (r *Redis) freshOf(a attempt, want *wanted, now time.Time) *timeslot.Fragment {
	if len(a.value) == 0 || a.left <= 0 {
		return nil
	}
	f, body, err := decodeHead(a.value, want.lease.name, want.key)
	if err != nil {
		return nil
	}
	head := *f
	if r.options.settleAge(&head, a.left, now) != nil || head.Bounds.At(now) != timeslot.Fresh {
		return nil
	}
	if len(body) == 0 && f.SameContent(want.known) {
		return underHead(&head, want.known)
	}
	if r.codec.decodeBody(body, f) != nil || r.options.settleAge(f, a.left, now) != nil {
		return nil
	}
	f.CountServings()
	return f
}

// underHead is the content of a known fragment, fetched when head says.
func underHead(head, known *timeslot.Fragment) *timeslot.Fragment {
	f := *known
	f.CountServings()
	f.FetchedAt, f.Bounds, f.Epoch, f.Covers = head.FetchedAt, head.Bounds, head.Epoch, head.Covers
	return &f
}

// giveBack is a function of the scripts: it gives a lease back, if it is still the owner's, and wakes those who wait for the
// fragment. Whose lease has ended meanwhile does not know whether anybody waits.
const giveBack = `
local function giveBack(lease, token, channel, name)
  local owner = redis.call('GET', lease)
  if owner == token or owner == token .. '*' then redis.call('DEL', lease) end
  if owner ~= token then redis.call('PUBLISH', channel, name) end
end
`

// releaseScript gives a lease back without a fragment.
var releaseScript = redis.NewScript(giveBack + `
giveBack(KEYS[1], ARGV[1], ARGV[2], ARGV[3])
return 1
`)

// release gives a lease back in the background. A nil lease needs no release.
func (r *Redis) release(l *lease) {
	if l != nil {
		r.writer.add(job{lease: l})
	}
}

func (r *Redis) giveBack(l *lease) {
	r.client.RoundTrip(context.Background(), operationRelease, l.name, func(ctx context.Context) error {
		return releaseScript.Run(ctx, r.client.Commands(), []string{r.leaseKey(l.name)}, l.token, r.channel, l.name).Err()
	})
}

// Leases is as in [Store].
func (r *Redis) Leases(ctx context.Context, keys []timeslot.FragmentKey) []time.Duration {
	left := make([]time.Duration, len(keys))
	if len(keys) == 0 {
		return left
	}
	names, replies := make([]string, len(keys)), make([]*redis.DurationCmd, len(keys))
	for i, key := range keys {
		names[i] = r.leaseKey(r.prefix + key.String())
	}
	r.client.Batch(ctx, operationGet, names, func(ctx context.Context, pipe redis.Pipeliner, i int) func() error {
		replies[i] = pipe.PTTL(ctx, names[i])
		return replies[i].Err
	})
	for i, reply := range replies {
		if reply != nil {
			left[i] = max(0, reply.Val()) // below 0: there is none
		}
	}
	return left
}

// notices wakes those who wait for a name.
type notices struct {
	mu      sync.Mutex
	waiting map[string]*waiters
}

type waiters struct {
	n    int
	woke chan struct{} // closed by the notice
}

func newNotices() *notices { return &notices{waiting: map[string]*waiters{}} }

// await gives a channel that the next notice about name closes. Call leave when no longer interested.
func (x *notices) await(name string) (notice <-chan struct{}, leave func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	w := x.waiting[name]
	if w == nil {
		w = &waiters{woke: make(chan struct{})}
		x.waiting[name] = w
	}
	w.n++
	return w.woke, func() { x.leave(name, w) }
}

func (x *notices) leave(name string, w *waiters) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if w.n--; w.n == 0 && x.waiting[name] == w {
		delete(x.waiting, name)
	}
}

// wake closes the channels of all who wait for name.
func (x *notices) wake(name string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if w := x.waiting[name]; w != nil {
		close(w.woke)
		delete(x.waiting, name)
	}
}

// wakeAll is for when no notice will come any more.
func (x *notices) wakeAll() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for name, w := range x.waiting {
		close(w.woke)
		delete(x.waiting, name)
	}
}
