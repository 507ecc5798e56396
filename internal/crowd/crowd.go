package crowd

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"timeslots/internal/acme"
)

// MaxPerSecond is the highest rate.
const MaxPerSecond = 500

// workers are how many requests may be under way.
const workers = 32

// Run sends so many requests a second to the service at base, about the tenant's clinicians and departments, until ctx ends. A
// request that finds all workers busy is left out.
func Run(ctx context.Context, base string, tenant *acme.Tenant, perSecond int) {
	client := &http.Client{Timeout: 5 * time.Second}
	targets := make(chan string)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for target := range targets {
				get(ctx, client, target)
			}
		})
	}
	defer wg.Wait()
	defer close(targets)
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			select {
			case targets <- base + "/v1/timeslots?" + pageView(tenant):
			default:
			}
		}
	}
}

func get(ctx context.Context, client *http.Client, target string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return
	}
	resp, err := client.Do(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body) // so that the connection is used again
}

// pageView draws what a page would ask: mostly a list of clinicians, sometimes a clinic, sometimes an area.
func pageView(tenant *acme.Tenant) string {
	departments := tenant.Departments()
	d := departments[rand.IntN(len(departments))]
	q := url.Values{}
	switch draw := rand.IntN(10); {
	case draw < 6:
		npis := tenant.NPIs()
		first := rand.IntN(len(npis))
		q.Set("npi", strings.Join(npis[first:min(len(npis), first+10)], ","))
		q.Set("product", "findadoctor")
	case draw < 8:
		q.Set("departmentUrlName", d.URLName)
		q.Set("visitTypeName", d.VisitTypes[0])
	default:
		q.Set("latitude", degrees(d.Latitude))
		q.Set("longitude", degrees(d.Longitude))
		q.Set("visitTypeName", "FluShot")
		q.Set("product", "flushot")
	}
	return q.Encode()
}

func degrees(d float64) string { return strconv.FormatFloat(d, 'f', 4, 64) }
