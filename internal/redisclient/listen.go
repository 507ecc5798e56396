package redisclient

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// Listen hands every message on the channel to hear until ctx ends. It survives the server's absence; what is said
// meanwhile is lost, so nothing may rest on it.
func Listen(ctx context.Context, client redis.UniversalClient, channel string, hear func(message string)) {
	subscription := client.Subscribe(ctx, channel)
	defer func() { _ = subscription.Close() }()
	messages := subscription.Channel(redis.WithChannelSize(1000))
	for {
		select {
		case <-ctx.Done():
			return
		case m, open := <-messages:
			if !open {
				return
			}
			hear(m.Payload)
		}
	}
}

// Rest waits until the notice, the end of ctx, or for the pause.
func Rest(ctx context.Context, notice <-chan struct{}, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-notice:
	case <-timer.C:
	case <-ctx.Done():
	}
}
