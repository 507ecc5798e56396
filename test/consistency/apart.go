package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"time"
)

// With -apart every replica has one duty, so that no replica sees all there is to know about a slot:
//
//	replica 0      apps read slotIds there, with GET /dexcare/v4/providers/{npi}/timeslots
//	replica 1      takes the bookings, which name a slotId, and is asked for nothing else
//	the others     serve pages, whose answers have no slotIds (Provider Direct v5); the last of them joins anew every few
//	               seconds, with nothing in memory
//
// Some clinicians' ids are read by nobody of the fleet: their bookers asked DexCare itself.
const apartReplicas = 4

// duties says which replicas are read and booked at.
type duties struct {
	ids, pages, bookers []int
	byNPI               map[string][]*target // pages by clinician; nil: every slot is looked for where it was found
	unread              []string             // NPIs whose ids the fleet does not read
}

func (d *duties) readers(t *target) []int {
	if t.ids {
		return d.ids
	}
	return d.pages
}

// listedIn are the targets that list a slot, or did.
func (d *duties) listedIn(slot offer, where *target) []*target {
	if d.byNPI == nil {
		return []*target{where}
	}
	if !where.ids {
		return d.byNPI[slot.npi]
	}
	return append([]*target{where}, d.byNPI[slot.npi]...)
}

// duties are what is read, and at which replicas.
func (s *simulator) duties(ctx context.Context, o *options) ([]target, duties, error) {
	everybody := make([]int, o.replicas)
	for i := range everybody {
		everybody[i] = i
	}
	clinics, err := s.clinics(ctx, !o.apart)
	if err != nil || !o.apart {
		return targetsOf(clinics), duties{ids: everybody, pages: everybody, bookers: everybody}, err
	}
	targets, unread := apartTargets(clinics)
	d := duties{ids: everybody[:1], bookers: everybody[1:2], pages: everybody[2:], unread: unread, byNPI: map[string][]*target{}}
	for i := range targets {
		if t := &targets[i]; !t.ids {
			d.byNPI[t.npi] = append(d.byNPI[t.npi], t)
		}
	}
	return targets, d, nil
}

// Clinicians of a run: enough that bookings do not use all their slots up, few enough that each is read many times a
// second. The ids of the first ones are read by nobody.
const (
	maxClinicians = 24
	maxUnread     = 3
)

// apartTargets are a page of every clinician, and her slotIds.
func apartTargets(clinics []clinic) (targets []target, unread []string) {
	var npis []string
	for _, c := range clinics {
		for _, npi := range c.NPIs {
			if !slices.Contains(npis, npi) && len(npis) < maxClinicians {
				npis = append(npis, npi)
			}
		}
	}
	for i, npi := range npis {
		page := timeslots("npi", npi)
		page.npi, page.decode = npi, decodeTimes
		targets = append(targets, page)
		if i < maxUnread {
			unread = append(unread, npi)
			continue
		}
		targets = append(targets, target{path: "/dexcare/v4/providers/" + npi + "/timeslots", decode: decodeProviderIDs, ids: true, npi: npi})
	}
	return targets, unread
}

// timeHandle names one clinician's time. Whatever she might have done then, she is booked.
func timeHandle(npi, department string, start time.Time) handle {
	return handle(fmt.Sprintf("time %s at %s at %d", npi, department, start.Unix()))
}

// decodeTimes reads an answer of GET /v1/timeslots for the times of clinicians.
func decodeTimes(body []byte) ([]offer, error) {
	slots, err := timeslotsIn(body)
	out := make([]offer, len(slots))
	for i, s := range slots {
		out[i].handles = []handle{timeHandle(s.NPI, s.DepartmentID, s.SlotDateTime), idHandle(s.ID)}
	}
	return out, err
}

// decodeProviderIDs reads an answer of GET /dexcare/v4/providers/{npi}/timeslots (docs/dexcare.md §5.5).
func decodeProviderIDs(body []byte) (out []offer, err error) {
	slots, err := dropInSlotsIn(body)
	for _, s := range slots {
		system, _, _ := strings.Cut(s.DepartmentIdentifier, "|")
		out = append(out, offer{
			handles: []handle{timeHandle(s.ProviderNationalID, s.DepartmentID, s.SlotDateTime), slotHandle(s.ID)},
			slotID:  s.ID, system: system, department: s.DepartmentID, npi: s.ProviderNationalID, visitType: s.VisitTypeID,
		})
	}
	return out, err
}

// askAboutUnread notes slotIds that come from DexCare itself, until ctx ends.
func (c *crowd) askAboutUnread(ctx context.Context) error {
	draw := rand.New(rand.NewPCG(c.seed, uint64(readWorkers+bookWorkers)))
	every(ctx, time.Second, draw, func() {
		for _, npi := range c.duties.unread {
			offers, err := c.askUpstream(ctx, npi)
			if err != nil {
				continue // slow, or the end of the run
			}
			c.keep(c.duties.byNPI[npi][0].path, offers)
		}
	})
	return nil
}

func (c *crowd) askUpstream(ctx context.Context, npi string) ([]offer, error) {
	_, body, err := c.get(ctx, c.upstream+"/v4/providers/"+url.PathEscape(npi)+"/timeslots")
	if err != nil {
		return nil, err
	}
	return decodeProviderIDs(body)
}

// joins has the last replica end and come back, with nothing in memory.
func (n *nemesis) joins() []act {
	last := n.fleet.replicas[len(n.fleet.replicas)-1]
	return []act{{"a cold replica joins", func(ctx context.Context) error { return n.down(ctx, last.Terminate, last.Begin) }}}
}
