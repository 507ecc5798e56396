package search

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"timeslots/internal/timeslot"
)

// Campaign is a query that is kept fresh (docs/interface.md §2, products.*.warm).
type Campaign struct {
	Product string
	Query   string        // what follows the "?" of GET /v1/timeslots
	From    time.Time     // zero: from the start
	Until   time.Time     // zero: without end
	Every   time.Duration // a round
}

// CampaignState is a campaign, and how its last round went.
type CampaignState struct {
	Campaign
	Rounds   int
	Last     time.Time // zero: none yet
	Complete bool
	Error    string // why the last round brought nothing; empty: it brought something
}

// Prefetch makes the answer to a query ready, and has what would not stay fresh for ahead refreshed. complete says whether every
// source answered. The real one is api.Server.Warm.
type Prefetch func(ctx context.Context, product, query string, ahead time.Duration) (complete bool, err error)

// Campaigns run in the background: one goroutine for each, from its moment on, at random within a fifth of its time so that
// replicas and campaigns do not ask all at once. Each asks as anybody would, within every guard of upstream.
type Campaigns struct {
	prefetch Prefetch
	log      *slog.Logger
	stop     context.CancelFunc
	running  sync.WaitGroup

	mu    sync.Mutex
	state []CampaignState // in the order of the list
}

// roundLimit bounds one round of one campaign.
const roundLimit = 20 * time.Second

// StartCampaigns begins; [Campaigns.Close] ends it.
func StartCampaigns(list []Campaign, prefetch Prefetch, log *slog.Logger) *Campaigns {
	ctx, stop := context.WithCancel(context.Background())
	c := &Campaigns{prefetch: prefetch, log: log, stop: stop, state: make([]CampaignState, len(list))}
	for i, campaign := range list {
		c.state[i].Campaign = campaign
	}
	for i, campaign := range list {
		c.running.Go(func() { c.run(ctx, i, campaign) })
	}
	return c
}

// run makes rounds until the campaign's time is over.
func (c *Campaigns) run(ctx context.Context, i int, campaign Campaign) {
	next := time.Until(campaign.From)
	for {
		spread := rand.N(campaign.Every / 5)
		if !rest(ctx, max(next, 0)+spread) || !campaign.Until.IsZero() && !time.Now().Before(campaign.Until) {
			return
		}
		c.round(ctx, i, campaign)
		next = campaign.Every - campaign.Every/5 // with the spread, never longer than Every
	}
}

// round prefetches once and notes how it went. What is fresh for longer than a round takes to come again is left.
func (c *Campaigns) round(ctx context.Context, i int, campaign Campaign) {
	ctx, cancel := context.WithTimeout(ctx, roundLimit)
	defer cancel()
	complete, err := c.prefetch(ctx, campaign.Product, campaign.Query, campaign.Every+time.Second)
	c.mu.Lock()
	defer c.mu.Unlock()
	s := &c.state[i]
	s.Rounds, s.Last, s.Complete, s.Error = s.Rounds+1, time.Now().UTC(), complete, ""
	if err != nil && ctx.Err() == nil {
		s.Error = timeslot.ReasonOf(err)
		c.log.Warn("a query could not be warmed", "product", campaign.Product, "number", i+1, "error", s.Error)
	}
}

// rest waits, and reports whether it was for the whole time.
func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// State is all campaigns, in the order of the list.
func (c *Campaigns) State() []CampaignState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.state)
}

// Close ends all rounds and waits for those under way.
func (c *Campaigns) Close() {
	c.stop()
	c.running.Wait()
}
