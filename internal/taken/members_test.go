package taken

import (
	"maps"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

// patient never takes the time that passed for a sign that everybody has told what he knows.
func patient(_ *redisclient.Options, l *LedgerOptions) { l.heal = 24 * time.Hour }

// Each of these is strict again although the time in which the others must have told is not over: they have signed.
func TestAnswersAreStrictAgainAsSoonAsEveryReplicaHasToldWhatItKnows(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func(t *testing.T, s *rig.Redis){
		"Redis loses its data": func(t *testing.T, s *rig.Redis) { s.Do("FLUSHALL") },
		"Redis ends and comes back empty": func(t *testing.T, s *rig.Redis) {
			s.Kill()
			s.Begin()
		},
		"all connections break": func(t *testing.T, s *rig.Redis) {
			s.Do("CLIENT", "KILL", "TYPE", "normal")
			s.Do("CLIENT", "KILL", "TYPE", "pubsub")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, fleet := trustedFleet(t, 3, patient)
			knowEachOther(t, fleet, 3)
			c := claimFor(doctor, atNine())
			fleet[0].ledger.Promote(c, "alice")
			trouble(t, s)
			fleet[1].ledger.Promote(claimFor(doctor, new(withID("ten", timeslot.Slot{Start: nine + 3600, Duration: 20}))), "bob")
			trusting(t, fleet)
			allHide(t, fleet)
		})
	}
}

// knowEachOther waits until every replica knows how many there are.
// The poll that sees their number reads who they are, and where that fails, on a starved machine, the next one does.
func knowEachOther(t *testing.T, fleet []*replica, members int) {
	t.Helper()
	board := fleet[0].ledger.fleet.board
	rig.Until(t, "everybody has signed", func() bool {
		list, err := board.members(t.Context())
		return err == nil && len(list) == members
	})
	for range 8 {
		fence(t, fleet)
	}
}

func TestAReplicaThatDoesNotTellKeepsTheOthersFromBeingStrict(t *testing.T) {
	t.Parallel()
	s, fleet := trustedFleet(t, 2, patient)
	now, err := s.Client().Time(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	ghost := redis.Z{Member: "ghost", Score: float64(now.Add(time.Hour).UnixMicro())} // held up, or cut off
	if err := s.Client().ZAdd(t.Context(), fleet[0].ledger.fleet.board.keys[3], ghost).Err(); err != nil {
		t.Fatal(err)
	}
	knowEachOther(t, fleet, 3)
	s.Do("FLUSHALL")
	for i, r := range fleet {
		rig.Until(t, "not strict", func() bool { _, strict := r.ledger.Current(t.Context()); return !strict })
		for range 5 {
			fence(t, fleet)
			if _, strict := r.ledger.Current(t.Context()); strict {
				t.Fatalf("replica %d is strict without the third", i)
			}
		}
	}
}

func TestAReplicaThatJoinsAWellFleetIsStrictAtOnce(t *testing.T) {
	t.Parallel()
	s, fleet := trustedFleet(t, 2, patient)
	fleet[0].ledger.Promote(claimFor(doctor, atNine()), "alice")
	for range 3 { // a rolling restart
		if err := fleet[0].ledger.Close(); err != nil {
			t.Error(err)
		}
		fresh := openReplica(t, s.Addr, patient)
		fleet = append(fleet[1:], fresh)
		var once sync.Once
		rig.Until(t, "a poll", func() bool {
			hidden, strict := fresh.sees(t.Context())
			if strict && !hidden {
				once.Do(func() { t.Error("strict, and offers the slot") })
			}
			return strict
		})
	}
}

// Nobody has ever told anything, on a server that has been up for a while: there is nobody to wait for.
func TestTheFirstReplicaEverIsStrictAtOnce(t *testing.T) {
	t.Parallel()
	s := rig.StartRedis(t)
	first := openReplica(t, s.Addr, patient)
	trusting(t, []*replica{first})
}

func TestANewcomerIsNotStrictBeforeThoseWhoListenHaveToldWhatRedisLost(t *testing.T) {
	t.Parallel()
	s, fleet := trustedFleet(t, 1, patient)
	knowEachOther(t, fleet, 1)
	for i := range 5 {
		slot := atNine()
		slot.ID, slot.Start = strconv.Itoa(i), slot.Start+int64(i)*3600
		fleet[0].ledger.Promote(claimFor(doctor, slot), "alice")
		s.Do("FLUSHALL")
		late := openReplica(t, s.Addr, patient)
		rig.Until(t, "a strict view", func() bool {
			view, strict := late.ledger.Current(t.Context())
			if strict && !view.Hides(&doctor, slot, time.Now()) {
				t.Fatal("strict without what the other knows")
			}
			return strict
		})
		if err := late.ledger.Close(); err != nil {
			t.Error(err)
		}
	}
}

// boardOn is the board of a server, for nobody.
func boardOn(t *testing.T, s *rig.Redis) *board {
	t.Helper()
	return newBoard(redistest.New(t, redistest.Options(s.Addr)), 10, time.Second)
}

// A replica reads the board, and then who has signed it. What a member told between the two is not in what was read, however
// early it began to tell: the board is read again before the view is trusted.
func TestTheBoardIsReadAgainWhenEverybodyHasSigned(t *testing.T) {
	t.Parallel()
	l := ledger(t, LedgerOptions{})
	s := &fleet{
		ledger: l, board: boardOn(t, rig.StartRedis(t)), now: time.Now, lease: time.Hour, heal: time.Hour, timeout: time.Minute,
		lastSent: time.Now(), others: newOtherMembers(),
	}
	s.others.known, s.others.count = map[string]time.Time{"other": time.Now()}, 1
	read := func(after uint64) news {
		n, err := s.board.since(t.Context(), after)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	strict := func() bool { return l.current.Load().strict(time.Now()) }
	n := read(0)
	s.met = time.Now()
	if _, err := s.board.write(t.Context(), 0, []entry{{opPlace, time.Hour, placed(claimFor(doctor, atNine()))}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.board.sign(t.Context(), "other", telling{epoch: n.epoch, began: n.epoch}); err != nil {
		t.Fatal(err)
	}
	if again := s.renewLease(t.Context(), n, time.Now(), time.Now()); !again || strict() {
		t.Errorf("read before it was told: to be read again %t, strict %t", again, strict())
	}
	if n = read(n.top); len(n.list) != 1 {
		t.Fatalf("what was told is not read: %+v", n)
	}
	if again := s.renewLease(t.Context(), n, time.Now(), time.Now()); again || !strict() {
		t.Errorf("read after it was told: to be read again %t, strict %t", again, strict())
	}
}

// One replica comes when another leaves, so that their number stays. The new one is known all the same, and the other,
// which may only have been held up, is waited for a while longer.
func TestMembersAreKnownWhenOneComesAndOneLeaves(t *testing.T) {
	t.Parallel()
	server := rig.StartRedis(t)
	client, clock := server.Client(), rig.NewClock()
	s := &fleet{board: boardOn(t, server), now: clock.Now, others: newOtherMembers()}
	on := func(names ...string) {
		t.Helper()
		signed := float64(client.Time(t.Context()).Val().UnixMicro())
		client.Del(t.Context(), s.board.keys[3])
		for _, name := range names {
			client.ZAdd(t.Context(), s.board.keys[3], redis.Z{Member: name, Score: signed})
		}
		s.remember(t.Context(), news{members: int64(len(names))})
	}
	knows := func(names ...string) {
		t.Helper()
		if got := slices.Sorted(maps.Keys(s.others.known)); !slices.Equal(got, names) {
			t.Errorf("knows %v, want %v", got, names)
		}
	}
	on("a", "b", s.others.name)
	knows("a", "b")
	clock.Advance(readEvery)
	on("a", "c", s.others.name)
	knows("a", "b", "c")
	clock.Advance(memberLife/2 + 1)
	on("a", "c", s.others.name)
	knows("a", "c")
}

// What is lost while a replica tells may be what it told first.
func TestASignatureCountsFromWhenTellingBegan(t *testing.T) {
	t.Parallel()
	b := boardOn(t, rig.StartRedis(t))
	began, err := b.since(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	later, err := b.since(t.Context(), 0)
	if err != nil || later.now <= began.now {
		t.Fatalf("%+v after %+v: %v", later, began, err)
	}
	list, err := b.sign(t.Context(), "somebody", telling{epoch: began.epoch, began: began.now})
	if err != nil || list["somebody"] != began.now {
		t.Errorf("%v, %v; want a signature of %d", list, err, began.now)
	}
	if list, err = b.sign(t.Context(), "another", telling{epoch: began.epoch - 1, began: later.now}); err != nil || list["another"] != 0 {
		t.Errorf("%v, %v; want none under another epoch", list, err)
	}
}

// A failover to a copy that lagged: the board looks as before, but for the last that was told. Who told it need not have
// noticed, so its next signature says nothing before it has told all anew.
func TestASignatureSaysNothingOfWhatIsLostAfterIt(t *testing.T) {
	t.Parallel()
	server, replicas := trustedFleet(t, 1, patient)
	c := claimFor(doctor, atNine())
	replicas[0].ledger.Promote(c, "alice")
	told := replicas[0].ledger.fleet
	reader := &fleet{board: boardOn(t, server), now: time.Now, lease: time.Hour, wait: 0, others: newOtherMembers()}
	reader.others.known = map[string]time.Time{told.others.name: time.Now()}
	reader.others.count, reader.others.asked = 1, time.Now() // its question was heard before the loss
	signature := func() int64 {
		list, err := reader.board.members(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return list[told.others.name]
	}
	before := signature()
	rig.Until(t, "a signature", func() bool { return signature() > before })
	since := goBack(t, server, reader.board, c)
	rig.Until(t, "the other has told all", func() bool {
		n, err := reader.board.since(t.Context(), 0)
		return err == nil && reader.allTold(t.Context(), n, since)
	})
	if err := server.Client().ZScore(t.Context(), reader.board.keys[0], placed(c)).Err(); err != nil {
		t.Errorf("it has signed, and the mark that was lost is not there: %v", err)
	}
}

// What was learnt from the board is kept when the board goes back, and told again, since who placed it may be gone.
func TestWhatTheBoardLostInAFailoverIsKeptByThoseWhoReadIt(t *testing.T) {
	t.Parallel()
	server, fleet := trustedFleet(t, 2, nil)
	c := claimFor(doctor, atNine())
	fleet[0].ledger.Promote(c, "alice")
	if err := fleet[0].ledger.Close(); err != nil {
		t.Error(err)
	}
	reader := fleet[1]
	goBack(t, server, reader.ledger.fleet.board, c)
	rig.Until(t, "it is told again", func() bool {
		return server.Client().ZScore(t.Context(), reader.ledger.fleet.board.keys[0], placed(c)).Err() == nil
	})
	allHide(t, fleet[1:])
}

// goBack has the board forget that c was placed, and all that was told after, as a copy that lagged would have it. It
// gives the time of Redis' clock.
func goBack(t *testing.T, server *rig.Redis, b *board, c timeslot.Claim) (now int64) {
	t.Helper()
	script := redis.NewScript(`
local placed = redis.call('ZSCORE', KEYS[2], '+' .. ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], placed, '+inf')
redis.call('ZREM', KEYS[1], ARGV[1])
local time = redis.call('TIME')
return time[1] * 1000000 + time[2]
`)
	now, err := script.Run(t.Context(), server.Client(), b.keys, placed(c)).Int64()
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// placed is c's tombstone as a member of the board.
func placed(c timeslot.Claim) string {
	member, _ := memberOf(markKey{claim: c})
	return member
}
