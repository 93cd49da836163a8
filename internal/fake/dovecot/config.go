package dovecot

import (
	"fmt"
	"net"
	"os/user"
)

// config gives the text of dovecot.conf.
func (s *Server) config(o Options, me *user.User, uid, gid, home string) string {
	_, plain, _ := net.SplitHostPort(s.plain)
	_, secure, _ := net.SplitHostPort(s.secure)
	c := fmt.Sprintf(configText, s.dir, uid, gid, home, o.Separator, plain, secure)
	if o.NoStartTLS {
		c += "ssl = no\n"
	} else {
		c += fmt.Sprintf("ssl = yes\nssl_cert = <%[1]s/cert.pem\nssl_key = <%[1]s/key.pem\n", s.dir)
	}
	if o.Tokens {
		c += fmt.Sprintf("auth_mechanisms = plain xoauth2\npassdb {\n  driver = oauth2\n  mechanisms = xoauth2\n  args = %s/oauth2.conf\n}\n", s.dir)
	}
	if o.NoIdle {
		c += "imap_capability = IMAP4rev1 SASL-IR LITERAL+ ENABLE UIDPLUS ESEARCH NAMESPACE UNSELECT\n"
	}
	if o.NoKeywords {
		c += fmt.Sprintf("mail_plugins = acl\nplugin {\n  acl = vfile:%s/acl\n}\n", s.dir)
	}
	if me.Uid != "0" {
		group := me.Gid
		if g, err := user.LookupGroupId(me.Gid); err == nil {
			group = g.Name
		}
		c += fmt.Sprintf(rootlessText, me.Username, group)
	}
	return c
}

const configText = `
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
protocols = imap
listen = 127.0.0.1
disable_plaintext_auth = no
auth_failure_delay = 0
mail_fsync = never
mail_max_userip_connections = 200
first_valid_uid = 1
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%%u %[1]s/users
}
userdb {
  driver = static
  args = uid=%[2]s gid=%[3]s home=%[4]s
}
mail_location = maildir:~/Maildir
namespace inbox {
  inbox = yes
  separator = %[5]s
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  service_count = 0
  inet_listener imap {
    address = 127.0.0.1
    port = %[6]s
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = %[7]s
    ssl = yes
  }
}
`

// oauthText lets Dovecot check the signature of tokens by itself.
const oauthText = `
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=%s/keys/
username_attribute = sub
`

// rootlessText lets an ordinary user run the server.
const rootlessText = `
default_internal_user = %[1]s
default_internal_group = %[2]s
default_login_user = %[1]s
service anvil {
  chroot =
}
service imap-login {
  chroot =
}
service stats {
  chroot =
}
`
