package redisclient

import (
	"context"
	"errors"
	"io"
	"net"
	"regexp"
	"strings"
	"syscall"

	"github.com/redis/go-redis/v9"
)

// Trouble is the kind of what is wrong with a Redis server. The empty one is nothing.
type Trouble string

// The kinds. They are words of the log, of /ops and of a metric's label (docs/metrics.md).
const (
	TroubleNone        Trouble = ""
	TroubleRefused     Trouble = "refused"      // nobody listens at the address
	TroubleUnreachable Trouble = "unreachable"  // no such name, no route, no sentinel that knows a master
	TroubleClosed      Trouble = "closed"       // the connection broke
	TroubleTimeout     Trouble = "timeout"      // no answer in time
	TroubleTLS         Trouble = "tls"          // no TLS there, or a certificate that is not believed
	TroubleProtocol    Trouble = "protocol"     // what answers is no Redis, or has no such database
	TroubleAuth        Trouble = "auth"         // no password, or a wrong one
	TroublePermission  Trouble = "permission"   // the user lacks a right
	TroubleLoading     Trouble = "loading"      // it reads its data, or runs a long script
	TroubleClients     Trouble = "clients"      // it has too many
	TroubleMasterDown  Trouble = "master-down"  // it lost its master
	TroubleClusterDown Trouble = "cluster-down" // the cluster serves nobody
	TroubleReadOnly    Trouble = "read-only"    // it takes no writes
	TroubleFull        Trouble = "full"         // it has no memory left for writes
)

// troubles says what each kind means to an operator. What a server or another program in its place said is never
// repeated: it may hold what we sent, the password among it.
var troubles = map[Trouble]string{
	TroubleRefused:     "nobody listens at the address",
	TroubleUnreachable: "the name or the address cannot be reached, or no sentinel knows the master",
	TroubleClosed:      "the connection was closed; a server that wants TLS does so when it gets none (cache.redis.tls)",
	TroubleTimeout:     "no answer within cache.redis.timeout",
	TroubleTLS:         "no TLS at the address, none in time, or a certificate that is not believed (cache.redis.tls)",
	TroubleProtocol:    "what answers is no Redis, or has no such database (cache.redis.addresses, db)",
	TroubleAuth:        "it wants another user or password (cache.redis.username, password)",
	TroublePermission:  "the user lacks a right; docs/operations.md lists what it needs",
	TroubleLoading:     "it loads its data, or runs a script that takes long",
	TroubleClients:     "it has too many clients (maxclients)",
	TroubleMasterDown:  "it is a replica that lost its master",
	TroubleClusterDown: "the cluster lacks masters for some slots, or asks for all of them",
	TroubleReadOnly:    "it takes no writes: a replica, too few replicas, or a disk that cannot be written",
	TroubleFull:        "it has no memory left for writes (maxmemory)",
}

// Bypasses reports whether a server with this trouble is not asked. One that only takes no writes still answers reads.
func (t Trouble) Bypasses() bool {
	return t != TroubleNone && t != TroubleReadOnly && t != TroubleFull
}

// replyTroubles are beginnings of replies that speak of the server as a whole. Others (WRONGTYPE, MOVED, NOSCRIPT, …)
// speak of one key or one command.
var replyTroubles = []struct {
	begins  string
	trouble Trouble
}{
	{"NOAUTH", TroubleAuth}, {"WRONGPASS", TroubleAuth}, {"DENIED", TroubleAuth}, {"ERR AUTH", TroubleAuth},
	{"ERR invalid password", TroubleAuth}, {"ERR Client sent AUTH", TroubleAuth},
	{"NOPERM", TroublePermission}, {"ERR The user executing the script can't", TroublePermission},
	{"ERR unknown command", TroublePermission},
	{"LOADING", TroubleLoading}, {"BUSY ", TroubleLoading}, {"ERR max number of clients", TroubleClients},
	{"MASTERDOWN", TroubleMasterDown}, {"CLUSTERDOWN", TroubleClusterDown},
	{"READONLY", TroubleReadOnly}, {"NOREPLICAS", TroubleReadOnly}, {"MISCONF", TroubleReadOnly}, {"OOM", TroubleFull},
	{"ERR DB index", TroubleProtocol}, {"ERR invalid DB index", TroubleProtocol},
}

// troubleOf is what an error says about the server; nothing where it speaks of one key, or where we gave up ourselves.
func troubleOf(err error) Trouble {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, redis.ErrClosed) {
		return TroubleNone
	}
	if reply, is := errors.AsType[redis.Error](err); is {
		for _, known := range replyTroubles {
			if strings.HasPrefix(reply.Error(), known.begins) {
				return known.trouble
			}
		}
		return TroubleNone
	}
	return troubleOfConnection(err)
}

func troubleOfConnection(err error) Trouble {
	_, unknownName := errors.AsType[*net.DNSError](err)
	switch {
	case unknownName || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH):
		return TroubleUnreachable
	case errors.Is(err, syscall.ECONNREFUSED):
		return TroubleRefused
	case isTLS(err):
		return TroubleTLS
	case outcomeOf(err) == outcomeTimeout:
		return TroubleTimeout
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, syscall.EPIPE) || errors.Is(err, net.ErrClosed):
		return TroubleClosed
	case strings.Contains(err.Error(), "sentinel") || strings.Contains(err.Error(), "cluster has no nodes"):
		return TroubleUnreachable
	default:
		return TroubleProtocol
	}
}

func isTLS(err error) bool {
	_, handshake := errors.AsType[handshakeError](err)
	return handshake || strings.Contains(err.Error(), "tls: ")
}

// commandNamed finds the command in "no permissions to run the 'get' command" and "unknown command 'GET', …".
var commandNamed = regexp.MustCompile("(?:run the|unknown command) ['`]([A-Za-z_|-]{1,40})['`]")

// missingRight names the right that a reply found lacking, in words of our own.
func (o *Options) missingRight(err error) string {
	text := err.Error()
	if found := commandNamed.FindStringSubmatch(text); found != nil {
		return "+" + strings.ToLower(found[1])
	}
	switch {
	case strings.Contains(text, "channel"):
		return "&" + o.Prefix + ":*"
	case strings.Contains(text, "keys"):
		return "~" + o.Prefix + ":*"
	default:
		return ""
	}
}
