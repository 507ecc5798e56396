package cache

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

// policy is the one all test fragments live by: fresh for 10 s, stale for 20 s more, last hope for 70 s more.
var policy = timeslot.Policy{
	Fresh: 10 * time.Second, Stale: 20 * time.Second, StaleOnError: 70 * time.Second, Negative: 5 * time.Second,
}

func keyOfNPI(npi int) timeslot.FragmentKey {
	return timeslot.FragmentKey{
		Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: strconv.Itoa(9000000000 + npi), Block: 735,
	}
}

func fragment(key timeslot.FragmentKey, fetched time.Time) *timeslot.Fragment {
	return &timeslot.Fragment{
		Key: key, FetchedAt: fetched, Bounds: policy.Bounds(fetched, false),
		Schedules: []timeslot.Schedule{{EHRInstance: "ehr", DepartmentID: "12", NPI: key.NPI, VisitTypeID: "7"}},
		Slots:     []timeslot.Slot{{Start: 1_900_000_000, Duration: 20}}, SlotIDs: []string{"c2xvdA=="},
		Body: []byte(`{"timeslots":[]}`),
	}
}

func notFound(key timeslot.FragmentKey, fetched time.Time) *timeslot.Fragment {
	return &timeslot.Fragment{Key: key, FetchedAt: fetched, Bounds: policy.Bounds(fetched, true), NotFound: true}
}

// withSlots is a Provider Direct answer of n slots in twenty schedules, with ids of a usual length and a body.
func withSlots(n int, fetched time.Time) *timeslot.Fragment {
	f := fragment(keyOfNPI(n), fetched)
	f.Schedules, f.Slots, f.SlotIDs = make([]timeslot.Schedule, 20), make([]timeslot.Slot, n), make([]string, n)
	for i := range f.Schedules {
		f.Schedules[i] = timeslot.Schedule{
			EHRInstance: "ehr-east", DepartmentID: strconv.Itoa(1000 + i/4), NPI: f.Key.NPI,
			VisitTypeID: strconv.Itoa(100 + i%4), VisitTypeName: "FollowUp", VisitTypeTitle: "Follow Up Visit",
			Timezone: "America/Los_Angeles",
		}
	}
	for i := range f.Slots {
		f.Slots[i] = timeslot.Slot{Start: 1_900_000_000 + int64(i/20)*1200, Schedule: uint32(i % 20), Duration: 20, Offset: -420}
		f.SlotIDs[i] = fmt.Sprintf("ZWhyLWVhc3R8%08x|%016x|MTIzNDU2Nzg5MA==", i*7919, uint64(i)*0x9E3779B97F4A7C15)
		f.Body = fmt.Appendf(f.Body, `{"slotDateTime":"2030-03-17T%02d:%02d:00","durationInMin":20,"slotId":%q},`,
			i/60%24, i%60, f.SlotIDs[i])
	}
	return f
}

// settle waits until what was put has reached the server.
func (r *Redis) settle(t testing.TB) {
	t.Helper()
	rig.Until(t, "queued writes are done", func() bool { return r.writer.bytes.Load() == 0 })
}

func memoryTier(t testing.TB, o MemoryOptions) *Memory {
	t.Helper()
	if o.MaxBytes == 0 {
		o.MaxBytes = 64 << 20
	}
	m, err := NewMemory(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

// follow makes what the server keeps age with the clock, of which it knows nothing. Its own clock goes on as well, so a
// little is left for the last moments.
func follow(t testing.TB, s *rig.Redis, clock *rig.Clock) {
	client := s.Client()
	clock.OnAdvance(func(d time.Duration) {
		ctx := t.Context()
		for _, key := range client.Keys(ctx, "*:f1:*").Val() {
			if left := client.PTTL(ctx, key).Val(); left > 0 {
				client.PExpire(ctx, key, max(left-d, agreement/2))
			}
		}
	})
}

// setup is a Redis tier and the client below it.
type setup struct {
	redisclient.Options
	LeaseTTL time.Duration
	Policy   func(timeslot.Source) timeslot.Policy
}

// tierOn is a Redis tier in front of s. Without changes it is patient, so that a busy test machine does not trip it.
func tierOn(t testing.TB, s *rig.Redis, change func(*setup)) *Redis {
	t.Helper()
	return redisTier(t, s.Addr, change)
}

func redisTier(t testing.TB, addr string, change func(*setup)) *Redis {
	t.Helper()
	o := setup{Options: redistest.Options(addr)}
	if change != nil {
		change(&o)
	}
	recorder, _ := o.Recorder.(Recorder)
	r, err := NewRedis(redistest.New(t, o.Options), RedisOptions{
		LeaseTTL: o.LeaseTTL, Policy: o.Policy, Now: o.Now, Recorder: recorder,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}
