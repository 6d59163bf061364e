# The same by consul-template: consul-template -config config.hcl
consul { address = "127.0.0.1:8500" }

template {
  source      = "nginx.conf.ctmpl"
  destination = "/etc/nginx/nginx.conf"
  perms       = 0644
  command     = "/usr/bin/systemctl reload nginx"
  wait { min = "2s", max = "10s" }
}
