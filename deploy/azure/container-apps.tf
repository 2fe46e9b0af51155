resource "azurerm_container_app_environment" "main" {
  name                       = "cae-${var.name}"
  resource_group_name        = azurerm_resource_group.main.name
  location                   = azurerm_resource_group.main.location
  infrastructure_subnet_id   = azurerm_subnet.apps.id
  logs_destination           = "log-analytics"
  log_analytics_workspace_id = azurerm_log_analytics_workspace.main.id
  tags                       = var.tags

  workload_profile {
    name                  = "Consumption"
    workload_profile_type = "Consumption"
  }
}

locals {
  # One arena, and what is free goes back to the system: less memory at rest.
  allocator = { MALLOC_ARENA_MAX = "1", MALLOC_TRIM_THRESHOLD_ = "65536" }
  environment = {
    bot = merge(
      local.redis_environment["bot"],
      local.allocator,
      { PORT = "3000", METRICS_PORT = "9464" },
      var.teams == null ? {} : { TEAMS_APP_ID = var.teams.app_id, TEAMS_TENANT_ID = var.teams.tenant_id },
    )
    jobs = merge(local.redis_environment["jobs"], local.allocator, { METRICS_PORT = "9464" })
  }
  memory  = { bot = "0.5Gi", jobs = "0.5Gi" }
  started = var.start_processes ? toset(["bot", "jobs"]) : toset([])
}

resource "azurerm_container_app" "process" {
  for_each = local.started

  name                         = "ca-${var.name}-${each.key}"
  resource_group_name          = azurerm_resource_group.main.name
  container_app_environment_id = azurerm_container_app_environment.main.id
  revision_mode                = "Single"
  workload_profile_name        = "Consumption"
  tags                         = var.tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.process[each.key].id]
  }

  dynamic "registry" {
    for_each = var.registry == null ? [] : [var.registry]

    content {
      server   = registry.value.server
      identity = azurerm_user_assigned_identity.process[each.key].id
    }
  }

  dynamic "secret" {
    for_each = local.secrets[each.key]

    content {
      name                = secret.value
      identity            = azurerm_user_assigned_identity.process[each.key].id
      key_vault_secret_id = "${azurerm_key_vault.main.vault_uri}secrets/${secret.value}"
    }
  }

  # No secret, but mounted as a file like one.
  secret {
    name  = "configuration"
    value = file(var.configuration_file)
  }

  dynamic "ingress" {
    for_each = each.key == "bot" && !(length(var.chats) == 1 && contains(var.chats, "slack-socket-mode")) ? [3000] : []

    content {
      external_enabled = true
      target_port      = ingress.value
      transport        = "http"

      traffic_weight {
        latest_revision = true
        percentage      = 100
      }
    }
  }

  template {
    # Two of each: one goes on while the other is replaced. They share all work, so that more only help when there is more of it.
    min_replicas                     = 2
    max_replicas                     = 2
    termination_grace_period_seconds = 30

    container {
      name    = each.key
      image   = var.image
      cpu     = 0.25
      memory  = local.memory[each.key]
      command = ["node"]
      args    = ["--max-semi-space-size=2", "src/${each.key}/main.ts"]

      env {
        name  = "PRIVATELINK_CONFIG"
        value = "/etc/privatelink/configuration"
      }

      dynamic "env" {
        for_each = local.environment[each.key]

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.secrets[each.key]

        content {
          name        = env.key
          secret_name = env.value
        }
      }

      liveness_probe {
        transport = "HTTP"
        port      = 9464
        path      = "/healthz"
      }

      readiness_probe {
        transport = "HTTP"
        port      = 9464
        path      = "/readyz"
      }

      volume_mounts {
        name = "configuration"
        path = "/etc/privatelink"
      }
    }

    volume {
      name         = "configuration"
      storage_type = "Secret"
    }
  }

  depends_on = [
    azurerm_role_assignment.secrets,
    azurerm_role_assignment.pull,
    azurerm_private_endpoint.redis,
    azurerm_managed_redis_access_policy_assignment.bot,
    azurerm_managed_redis_access_policy_assignment.jobs,
  ]
}
