package taken

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis may have lost what was told, or not been there to be told. A replica that finds it so does not trust the board
// before everybody who may know more had time to tell ([fleet.heal]). It need not wait that long where it knows who they
// are: every replica is a member of the board, and signs it when it has told all it knows, with the time at which it began
// to tell; when all members began since, nothing is missing. A signature says nothing of what is lost after it, also where
// its replica has not noticed: after a failover the board looks as before, but for the last that was told.
//
// A replica that was there before remembers the members. One that was not asks who listens: those who do answer by
// telling all, and signing.

// Members tell all they know, and sign, every assertEvery. One that has not for memberLife is gone, or cut off: a replica
// that waits for it meanwhile waits no longer than for one that nobody knows.
const (
	memberLife = 2 * assertEvery
	readEvery  = assertEvery / 4 // of the list
)

// maxMembers bounds the list; a fleet is far smaller.
const maxMembers = 1000

// memberScript takes a member's name, the epoch under which it has told all it knows (empty: it signs nothing), when it
// began to, and the life of a signature, both in microseconds of Redis' clock. It gives all members, each with the time of
// its signature. A signature under another epoch is none: what was told then may be lost.
var memberScript = redis.NewScript(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local epoch = redis.call('ZSCORE', KEYS[1], '')
if epoch and ARGV[2] ~= '' and -tonumber(epoch) == tonumber(ARGV[2]) then
  redis.call('ZADD', KEYS[4], math.min(now, tonumber(ARGV[3])), ARGV[1])
end
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now - ARGV[4])
redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -1 - ARGV[5])
return redis.call('ZRANGE', KEYS[4], 0, -1, 'WITHSCORES')
`)

// members are the replicas that tell what they know, with the time of the last signature of each, in microseconds of
// Redis' clock.
func (b *board) members(ctx context.Context) (map[string]int64, error) {
	return b.sign(ctx, "", telling{})
}

// sign has name sign what it has told, and gives the members.
func (b *board) sign(ctx context.Context, name string, t telling) (map[string]int64, error) {
	epoch := ""
	if t.epoch != 0 {
		epoch = strconv.FormatInt(t.epoch, 10)
	}
	reply, err := b.run(ctx, operationMembers, memberScript, []any{name, epoch, t.began, memberLife.Microseconds(), maxMembers})
	if err != nil {
		return nil, err
	}
	r := replyReader{rest: reply}
	list := make(map[string]int64, len(reply)/2)
	for len(r.rest) > 0 && r.err == nil {
		member := r.text()
		list[member] = r.score()
	}
	return list, r.err
}

// leave takes a member off the list.
func (b *board) leave(ctx context.Context, name string) {
	b.client.ZRem(ctx, b.keys[3], name) // or it is forgotten a little later
}

// question begins what is said on the board's channel to have everybody tell all he knows. Who asks follows.
const question = "who?"

// ask gives the number of those who heard the question; several ask under their names.
func (b *board) ask(ctx context.Context, name string) (int64, error) {
	return b.client.Publish(ctx, b.channel, question+name).Result()
}

// upFor tells for how long the server has been up, in whole seconds and at least. Only a single server can tell: of
// several nobody knows which one is asked.
func (b *board) upFor(ctx context.Context) (time.Duration, error) {
	if _, single := b.client.(*redis.Client); !single {
		return 0, nil
	}
	info, err := b.client.Info(ctx, "server").Result()
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(info, "uptime_in_seconds:")
	digits, _, _ := strings.Cut(after, "\r")
	seconds, err := strconv.Atoi(digits)
	if err != nil {
		return 0, fmt.Errorf("uptime_in_seconds in INFO server: %w", err)
	}
	return time.Duration(max(0, seconds-1)) * time.Second, nil // of which the first second may have been a moment
}

// otherMembers are the other members as far as this replica knows them. The polling goroutine's.
type otherMembers struct {
	name  string               // this replica's
	known map[string]time.Time // when each was on the list last
	count int64                // members on the board when they were read last; 0: never
	read  time.Time            // when that was

	asked    time.Time // when the question was asked last
	mute     bool      // the server does not say how long it has been up
	hearers  int64     // who heard it
	heardOwn chan struct{}
	mayHear  bool // this replica hears its own questions
}

func newOtherMembers() otherMembers {
	return otherMembers{name: rand.Text(), heardOwn: make(chan struct{}, 1)}
}

// hear takes what is said on the board's channel.
func (s *fleet) hear(message string) {
	switch name, asked := strings.CutPrefix(message, question); {
	case !asked:
		s.wantPoll()
	case name == s.others.name:
		select {
		case s.others.heardOwn <- struct{}{}:
		default: // heard before
		}
	default:
		s.outbox.assertNow()
	}
}

// remember takes over who the members are, while the board is trusted: when their number changes, and every readEvery, as
// one may have come when another left.
func (s *fleet) remember(ctx context.Context, n news) {
	f, now := &s.others, s.now()
	if n.members == f.count && now.Sub(f.read) < readEvery {
		return
	}
	list, err := s.board.members(ctx)
	if err != nil {
		return // with the next poll
	}
	if f.known == nil {
		f.known = map[string]time.Time{}
	}
	f.count, f.read = int64(len(list)), now
	for name := range list {
		if name != f.name {
			f.known[name] = now
		}
	}
	// One that has left the list may only have been held up, and have booked meanwhile.
	maps.DeleteFunc(f.known, func(_ string, listed time.Time) bool { return now.Sub(listed) > memberLife/2 })
}

// allTold reports whether everybody who may know more than n has signed since, by Redis' clock. What they told is in what is
// read after it, not in n: they may have signed after that was read.
func (s *fleet) allTold(ctx context.Context, n news, since int64) bool {
	f := &s.others
	if micros(n.now-n.epoch) < s.wait { // a booking may be on its way to its answer, whose mark was lost
		return false
	}
	if s.now().Sub(f.asked) >= s.lease {
		f.asked = s.now()
		var err error
		if f.hearers, err = s.board.ask(ctx, f.name); err != nil {
			return false
		}
	}
	list, err := s.board.members(ctx)
	if err != nil {
		return false
	}
	signed := signedSince(list, since)
	if f.count == 0 {
		return s.nobodyElse(ctx, signed)
	}
	for name := range f.known {
		if !signed[name] {
			return false
		}
	}
	return true
}

// signedSince are the members whose last signatures are not older than since, in microseconds of Redis' clock.
func signedSince(list map[string]int64, since int64) map[string]bool {
	signed := make(map[string]bool, len(list))
	for name, at := range list {
		if at >= since {
			signed[name] = true
		}
	}
	return signed
}

// nobodyElse is allTold for a replica that knows no members: all who heard its question have signed, and a replica that lost its
// connection when the server came up had time to make a new one.
func (s *fleet) nobodyElse(ctx context.Context, signed map[string]bool) bool {
	f := &s.others
	delete(signed, f.name)
	select {
	case <-f.heardOwn:
		f.mayHear = true
	default:
	}
	if !f.mayHear || f.mute || int64(len(signed)) < f.hearers-1 {
		return false
	}
	up, err := s.board.upFor(ctx)
	_, f.mute = errors.AsType[redis.Error](err)
	return err == nil && up >= assertEvery
}
