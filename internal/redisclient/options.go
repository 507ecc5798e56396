package redisclient

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Mode is how the servers behind the addresses are organised (docs/interface.md §2, cache.redis.mode).
type Mode string

// The modes.
const (
	ModeSingle   Mode = "single"
	ModeSentinel Mode = "sentinel"
	ModeCluster  Mode = "cluster"
)

// DefaultTimeout is what one round trip may take: with a margin for scheduling it keeps the promise that Redis
// trouble costs a request at most 60 ms (docs/faults.md rule 4).
const DefaultTimeout = 50 * time.Millisecond

// Options configures [New]. Prefix, Tenant and Tier begin every key, so that tenants and tiers that share a
// server never meet (docs/faults.md row N).
type Options struct {
	Addresses []string // host:port; one for single, the sentinels, or some nodes of the cluster
	Mode      Mode     // empty: single
	Master    string   // name of the master set; sentinel only, required there
	Username  string
	Password  string
	DB        int         // not with cluster
	TLS       *tls.Config // nil: plain

	Timeout time.Duration // of one round trip, dialling included; 0: DefaultTimeout
	Prefix  string
	Tenant  string
	Tier    string // "uat" or "prd"; not to be confused with the tiers of the cache

	Now      func() time.Time // nil: time.Now
	Recorder Recorder         // nil: silent
	Logger   *slog.Logger     // of each change of a server's state; nil: silent
}

// Limits that need no configuration.
const (
	minIdle        = 8                 // of them that are kept ready
	poolSize       = 32                // connections per server
	probeInterval  = time.Second       // between probes while all is well
	bypassInterval = probeInterval / 4 // between probes while something is wrong, and so how long it is bypassed
)

// withDefaults validates every field and fills in what was left out.
func (o Options) withDefaults() (Options, error) {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	if o.Mode == "" {
		o.Mode = ModeSingle
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Recorder == nil {
		o.Recorder = silent{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}

	check(len(o.Addresses) > 0, "Addresses must not be empty")
	check(o.Mode == ModeSingle || o.Mode == ModeSentinel || o.Mode == ModeCluster,
		"Mode must be single, sentinel or cluster, not %q", o.Mode)
	check(o.Mode != ModeSingle || len(o.Addresses) <= 1, "Mode single takes one address, not %d", len(o.Addresses))
	check((o.Mode == ModeSentinel) == (o.Master != ""), "Master belongs to mode sentinel, and must be set there")
	check(o.DB >= 0 && (o.DB == 0 || o.Mode != ModeCluster), "DB %d must not be negative, and 0 in a cluster", o.DB)
	check(o.Timeout > 0, "Timeout must be positive, not %s", o.Timeout)
	for _, part := range [...]struct{ name, value string }{{"Prefix", o.Prefix}, {"Tenant", o.Tenant}, {"Tier", o.Tier}} {
		// A colon would make two tenants' keys ambiguous, a brace would move all keys to one slot of a cluster.
		check(part.value != "" && !strings.ContainsAny(part.value, ":{} \r\n"),
			"%s must be set, without colon, brace or blank, not %q", part.name, part.value)
	}
	if len(errs) > 0 {
		return o, fmt.Errorf("redis: %w", errors.Join(errs...))
	}
	return o, nil
}

// namespace begins every key but those of leases. What follows begins with the kind of key and its generation, as in
// "f1:"; a format that old replicas must not even see would take f2.
func (o *Options) namespace() string {
	return o.Prefix + ":" + o.Tenant + ":" + o.Tier + ":"
}

// client makes a client that reads and writes for at most patience, on at most so many connections, and never hangs. The
// library's defaults wait 5 to 109 s for a dead server (docs/faults.md §3), so every limit is set: no retries at any
// level, deadlines from the context, and a bounded pool that is not waited for.
func (o *Options) client(patience time.Duration, connections int) redis.UniversalClient {
	u := &redis.UniversalOptions{
		Addrs: o.Addresses, MasterName: o.Master, Username: o.Username, Password: o.Password, DB: o.DB, TLSConfig: o.TLS,

		ContextTimeoutEnabled: true,
		DialTimeout:           o.Timeout,
		ReadTimeout:           patience,
		WriteTimeout:          patience,
		PoolTimeout:           o.Timeout * 4 / 10,
		MaxRetries:            -1,
		DialerRetries:         1,
		PoolSize:              connections,
		MaxActiveConns:        connections,
		MinIdleConns:          min(minIdle, connections), // dialled ahead: a crowd should not meet at the dialler
		PipelinePoolSize:      -1,                        // one pool: nearly all traffic is pipelines

		// Nothing here listens for pushes, and each extra command on connecting is a round trip of the 50 ms.
		Protocol:                 2,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if o.TLS != nil {
		u.Dialer = o.dialTLS
	}
	switch o.Mode {
	case ModeSentinel:
		return redis.NewFailoverClient(u.Failover())
	case ModeCluster:
		return redis.NewClusterClient(u.Cluster())
	default:
		return redis.NewClient(u.Simple())
	}
}

// handshakeError is why a connection was made and no TLS on it.
type handshakeError struct{ error }

func (e handshakeError) Unwrap() error { return e.error }

// dialTLS is the library's own way of dialling, but that it tells a handshake without an answer from a server without one.
func (o *Options) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	plain, err := (&net.Dialer{Timeout: o.Timeout}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	config := o.TLS.Clone()
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(address)
	}
	secure := tls.Client(plain, config)
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = plain.Close()
		return nil, handshakeError{err}
	}
	return secure, nil
}

// Quiet drops what the library would print to standard error on every failed dial, several times a second while a
// server is down. What is worth knowing reaches the Recorder.
type Quiet struct{}

func (Quiet) Printf(context.Context, string, ...any) {}

// Recorder is told what operations met (docs/metrics.md). internal/metrics implements it; nil is silent. Its methods are
// called on the request path, concurrently, and must not block.
type Recorder interface {
	// RedisOperation tells of one round trip: operation is the caller's word for it, or "ping"; outcome is "ok", "error",
	// "timeout", or "bypassed" (not sent: Redis was down or a queue full; d is zero).
	RedisOperation(operation, outcome string, d time.Duration)
	// RedisServers tells how many servers have which trouble (the words of [Trouble]), at start and on every change. Those
	// without stand under the empty word.
	RedisServers(count map[string]int)
	// RedisClockSkew tells by how much this replica's clock is ahead of a server's, the worst of all.
	RedisClockSkew(d time.Duration)
}

// The words of the Recorder.
const (
	operationPing = "ping"

	outcomeOK       = "ok"
	outcomeError    = "error"
	outcomeTimeout  = "timeout"
	outcomeBypassed = "bypassed"
)

type silent struct{}

func (silent) RedisOperation(string, string, time.Duration) {}
func (silent) RedisServers(map[string]int)                  {}
func (silent) RedisClockSkew(time.Duration)                 {}
