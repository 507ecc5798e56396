package taken

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"timeslots/internal/cache"
	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
)

// Bounds of the board.
const (
	maxHistory = 10_000 // changes; who missed more reads all
	newsPage   = 500    // changes per poll
	scanPage   = 2_000  // members per step of a full read
	boardPool  = 8      // connections
)

// board is what all replicas know together of taken slots and of events, in Redis. See boardPrelude for its form.
type board struct {
	shared  *redisclient.Client
	client  redis.UniversalClient // of its own, so that polls never wait behind fragments
	keys    []string              // taken, changes, events, members
	channel string                // where changes are announced
	bounds  [3]int                // of the three sets
}

// newBoard waits for a poll as long as the view that it brings would be good for.
func newBoard(shared *redisclient.Client, maxMarks int, patience time.Duration) *board {
	name := shared.Namespace() + shared.Tag() + ":t1:"
	return &board{
		shared: shared, client: shared.Another(max(patience, shared.Timeout()), boardPool),
		keys:    []string{name + "taken", name + "changes", name + "events", name + "members"},
		channel: name + "news", bounds: [3]int{maxMarks, maxHistory, cache.MaxTargets},
	}
}

// The operations on a mark; an event's operation is its kind.
const (
	opPlace  = '+'
	opLift   = '-'
	opAssert = '='
)

// entry is one operation to be written.
type entry struct {
	operation byte
	stay      time.Duration // of marks placed; of marks lifted, those that stay longer are left; 0: none is
	member    string        // a mark's member, or a target
}

// write does all operations at once. known is the last number this replica has seen. Every change that others make
// after it has a number above the one returned.
func (b *board) write(ctx context.Context, known uint64, entries []entry) (number uint64, err error) {
	args := make([]any, 0, 5+3*len(entries))
	args = append(args, known, b.channel, b.bounds[0], b.bounds[1], b.bounds[2])
	for _, e := range entries {
		args = append(args, string(rune(e.operation)), e.stay.Microseconds(), e.member)
	}
	reply, err := b.run(ctx, operationLedger, writeScript, args)
	if err != nil {
		return 0, err
	}
	r := replyReader{rest: reply}
	r.integer()
	number = uint64(r.integer())
	return number, r.err
}

// news is what changed since a number.
type news struct {
	now, epoch int64  // µs of Redis' clock
	top, seen  uint64 // the last number there is, and the last one in this piece of news
	members    int64  // replicas that tell what they know
	lost       bool   // history does not reach back far enough
	list       []change
}

// change is one line of history. ends is 0 but for a mark that was placed and still is.
type change struct {
	operation byte
	member    string
	number    uint64
	ends      int64 // µs of Redis' clock
}

// since reads what changed after known.
func (b *board) since(ctx context.Context, known uint64) (n news, err error) {
	reply, err := b.run(ctx, operationPoll, newsScript, []any{known, newsPage})
	if err != nil {
		return news{}, err
	}
	r := replyReader{rest: reply}
	n.now, n.epoch, n.top, n.members = r.integer(), r.integer(), uint64(r.integer()), r.integer()
	n.seen = known
	if len(r.rest) == 1 {
		n.lost = true
		return n, r.err
	}
	for len(r.rest) > 0 && r.err == nil {
		member, number, ends := r.text(), uint64(r.score()), r.score()
		n.seen = number
		if len(member) > 1 {
			n.list = append(n.list, change{operation: member[0], member: member[1:], number: number, ends: ends})
		}
	}
	return n, r.err
}

// caughtUp reports whether nothing is left to be read.
func (n *news) caughtUp() bool { return n.seen == n.top }

// all reads everything there is, as changes. It is no snapshot: follow it up with since.
func (b *board) all(ctx context.Context) ([]change, error) {
	var list []change
	err := b.scan(ctx, b.keys[0], func(member string, score float64) {
		list = append(list, change{operation: opPlace, member: member, ends: int64(score)})
	})
	if err != nil {
		return nil, err
	}
	err = b.scan(ctx, b.keys[2], func(member string, score float64) {
		list = append(list, change{operation: member[0], member: member[1:], number: uint64(score)})
	})
	return list, err
}

// scan sees every member that has a name. One that is there all the time is seen (SCAN's guarantee).
func (b *board) scan(ctx context.Context, key string, see func(member string, score float64)) error {
	for cursor := uint64(0); ; {
		page, next, err := b.client.ZScan(ctx, key, cursor, "", scanPage).Result()
		if err != nil {
			b.shared.Met(key, err)
			return fmt.Errorf("read all of %s: %w", key, err)
		}
		for i := 0; i+1 < len(page); i += 2 {
			score, err := strconv.ParseFloat(page[i+1], 64)
			if err == nil && page[i] != "" {
				see(page[i], score)
			}
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}

// run gives a script's reply, which is always a list.
func (b *board) run(ctx context.Context, operation string, script *redis.Script, args []any) ([]any, error) {
	start := time.Now()
	reply, err := script.Run(ctx, b.client, b.keys, args...).Slice()
	b.shared.Record(operation, err, time.Since(start))
	if err != nil {
		b.shared.Met(b.keys[0], err)
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	return reply, nil
}

// replyReader reads a script's reply from the front and remembers the first failure.
type replyReader struct {
	rest []any
	err  error
}

var errReply = errors.New("a reply of another form")

func readNext[T any](r *replyReader) (v T) {
	if len(r.rest) == 0 {
		r.err = errReply
		return v
	}
	v, ok := r.rest[0].(T)
	if r.rest = r.rest[1:]; !ok {
		r.err = errReply
	}
	return v
}

func (r *replyReader) integer() int64 { return readNext[int64](r) }
func (r *replyReader) text() string   { return readNext[string](r) }

func (r *replyReader) score() int64 {
	f, err := strconv.ParseFloat(r.text(), 64)
	if err != nil {
		r.err = errReply
	}
	return int64(f)
}

// A mark stands in Redis as a member of a sorted set, so one mark must have exactly one text: a format byte, then every
// field in a fixed order, texts with their length before them.
const (
	memberFormat = '1'
	maxMember    = 4096 // bytes; a mark with longer names stays on its own replica
)

// claimText lists the texts of a claim. Their order is part of the format.
func claimText(c *timeslot.Claim) []*string {
	id := &c.Identity
	return []*string{&id.EHRInstance, &id.DepartmentID, &id.Clinician, &id.VisitTypeID, &c.SlotID, &c.NPI}
}

// memberOf is k as a member; ok is false where it would be too long.
func memberOf(k markKey) (member string, ok bool) {
	b := append(make([]byte, 0, 192), memberFormat)
	for _, text := range append(claimText(&k.claim), &k.owner) {
		b = binary.AppendUvarint(b, uint64(len(*text)))
		b = append(b, *text...)
	}
	b = binary.AppendVarint(b, k.claim.Identity.Start)
	b = binary.AppendUvarint(b, uint64(k.claim.Duration))
	if k.claim.Pool {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	return string(b), len(b) <= maxMember
}

// parseMember reads what memberOf wrote, and nothing else. Members of other formats belong to other releases.
func parseMember(member string) (k markKey, ok bool) {
	if len(member) > maxMember || member == "" || member[0] != memberFormat {
		return markKey{}, false
	}
	rest := []byte(member[1:])
	for _, text := range append(claimText(&k.claim), &k.owner) {
		n, size := binary.Uvarint(rest)
		if size <= 0 || n > uint64(len(rest)-size) {
			return markKey{}, false
		}
		*text, rest = string(rest[size:size+int(n)]), rest[size+int(n):]
	}
	start, size := binary.Varint(rest)
	if size <= 0 {
		return markKey{}, false
	}
	duration, more := binary.Uvarint(rest[size:])
	if more <= 0 || duration > math.MaxUint16 {
		return markKey{}, false
	}
	k.claim.Identity.Start, k.claim.Duration = start, uint16(duration)
	k.claim.Pool = bytes.Equal(rest[size+more:], []byte{1})
	// What else may stand there, and numbers' longer spellings, memberOf does not write.
	canonical, _ := memberOf(k)
	return k, !k.claim.IsZero() && canonical == member
}

// Recorder is told how the ledgers of a fleet follow each other (docs/metrics.md). internal/metrics implements it; nil
// is silent. Its method must not block.
type Recorder interface {
	// TombstonePropagation tells how long it took until this replica hid a slot that was taken at another.
	TombstonePropagation(d time.Duration)
}

type silent struct{}

func (silent) TombstonePropagation(time.Duration) {}

// The operations on Redis, as they are counted.
const (
	operationPoll     = "poll"   // of what changed
	operationLedger   = "ledger" // a change
	operationMembers  = "members"
	operationUse      = "use"
	operationSwitches = "switches"
)
