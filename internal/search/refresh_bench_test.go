package search

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"timeslots/internal/cache"
	"timeslots/internal/fetch"
	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
)

// areaBody is what Care Options says of an area: every start is offered by five of thirty clinicians at six clinics. The
// last start is so many minutes later.
func areaBody(slots, later int) []byte {
	const clinicians, clinics, together = 30, 6, 5
	var b bytes.Buffer
	b.WriteString(`{"slotsByVisitType":[{"visitTypeEmrId":"7201","visitTypeName":"Illness","visitTypeDisplayName":"Illness","visitTypeUuids":[],"forNewPatient":true,"forEstablishedPatient":true,"modality":"INCLINIC","scheduleDays":[{"date":"2030-03-08","slotTimes":[`)
	start := time.Date(2030, 3, 11, 9, 0, 0, 0, time.FixedZone("", -7*3600))
	for i := range slots / together {
		at := start.Add(time.Duration(i) * 10 * time.Minute)
		if i > 0 {
			b.WriteByte(',')
		}
		if i == slots/together-1 {
			at = at.Add(time.Duration(later) * time.Minute)
		}
		fmt.Fprintf(&b, `{"slotDateTime":%q,"providerOptions":[`, at.Format(time.RFC3339))
		for j := range together {
			if j > 0 {
				b.WriteByte(',')
			}
			who := (i*together + j) % clinicians
			fmt.Fprintf(&b, `{"npi":"90000000%02d","departmentEhrIdentifier":"org.acme.ehr.main|41002004%02d","duration":30}`, who, who%clinics)
		}
		b.WriteString(`]}`)
	}
	b.WriteString(`]}]}],"providers":{},"departments":{`)
	for i := range clinics {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"org.acme.ehr.main|41002004%02d":{"departmentName":"Riverton","timezone":"America/Los_Angeles","distanceFrom":%d}`, i, i)
	}
	b.WriteString(`}}`)
	return b.Bytes()
}

// trips counts round trips to Redis for fragments.
type trips struct{ n atomic.Int64 }

func (c *trips) CacheLookup(string, string, int) {}
func (c *trips) RedisOperation(operation, _ string, _ time.Duration) {
	switch operation {
	case "get", "set", "lease", "release":
		c.n.Add(1)
	}
}
func (c *trips) RedisServers(map[string]int)        {}
func (c *trips) RedisClockSkew(time.Duration)       {}
func (c *trips) StoreFenced(timeslot.Source)        {}
func (c *trips) TombstonePropagation(time.Duration) {}

// BenchmarkRefresh has areas of so many slots refreshed, one after the other: lease, call, decoding, storing in both tiers,
// telling the fleet. Upstream says each time what it said before, or lists the last start a little later than that. The
// process is all of the service and a server that sends what lies ready.
func BenchmarkRefresh(b *testing.B) {
	for _, tiers := range []string{"memory", "redis"} {
		for _, slots := range []int{100, 1000, 2100, 10_000} {
			for _, what := range []string{"unchanged", "changed"} {
				b.Run(fmt.Sprintf("%s/slots=%d/%s", tiers, slots, what), func(b *testing.B) {
					refresh(b, tiers == "redis", slots, what == "changed")
				})
			}
		}
	}
}

// saying is the address of an upstream that answers with the body of the moment, at as little expense as possible.
func saying(b *testing.B, body func() []byte) *url.URL {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for requests := bufio.NewReader(c); ; {
					for line := "-"; line != "\r\n"; {
						if line, err = requests.ReadString('\n'); err != nil {
							return
						}
					}
					says := body()
					_, _ = c.Write(fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(says)))
					_, _ = c.Write(says)
				}
			}()
		}
	}()
	return &url.URL{Scheme: "http", Host: l.Addr().String()}
}

func refresh(b *testing.B, shared bool, slots int, changing bool) {
	bodies := [2][]byte{areaBody(slots, 0), areaBody(slots, 1)}
	var rounds atomic.Int64
	base := saying(b, func() []byte {
		if changing {
			return bodies[rounds.Load()%2]
		}
		return bodies[0]
	})
	fetcher, err := fetch.New(fetch.Options{Public: base, Ingress: base})
	if err != nil {
		b.Fatal(err)
	}
	defer fetcher.Close()
	var seen trips
	e := newEngine(b, newDesk(directoryOf(clinic)), func(o *Options) {
		lasting(o)
		o.Fetcher = fetcher
		if !shared {
			return
		}
		socket := filepath.Join(b.TempDir(), "s")
		rig.StartRedis(b, "--unixsocket", socket)
		client, err := redisclient.New(redisclient.Options{
			Addresses: []string{socket}, Prefix: "timeslots", Tenant: "acme", Tier: "prd", Timeout: time.Second, Recorder: &seen,
		})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = client.Close() })
		rig.Until(b, "Redis in use", func() bool { return client.State()[0].Kind == redisclient.TroubleNone })
		redis, err := cache.NewRedis(client, cache.RedisOptions{Recorder: &seen})
		if err != nil {
			b.Fatal(err)
		}
		store, err := cache.NewTiered(o.Store.(*cache.Memory), redis)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = redis.Close() })
		o.Store = store
	})
	keys := make([]timeslot.FragmentKey, 64) // so many that a key's lease is back when its turn comes again
	for i := range keys {
		keys[i] = timeslot.FragmentKey{
			Operation: timeslot.OpAvailabilitySlots, Version: 1, VisitType: "Illness", Block: presentBlock(),
			Area: timeslot.Area{Latitude: int32(i), Radius: 10},
		}
	}
	round := func(key timeslot.FragmentKey) {
		e.refreshOne(b.Context(), refreshJob{key: key, ahead: 1000 * time.Hour})
	}
	for range 2 {
		for _, key := range keys {
			round(key)
		}
		rounds.Add(1)
	}
	before, spent := seen.n.Load(), cpu(b)
	b.SetBytes(int64(len(bodies[0])))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		round(keys[n%len(keys)])
		if n++; n%len(keys) == 0 {
			rounds.Add(1)
		}
	}
	b.ReportMetric(float64(cpu(b)-spent)/float64(n)/1000, "cpu-µs/op")
	if shared {
		b.ReportMetric(float64(seen.n.Load()-before)/float64(n), "redis-trips/op")
	}
}

// cpu is the processor time that this process has used.
func cpu(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
