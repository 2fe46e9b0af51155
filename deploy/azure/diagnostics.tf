# In each network: a subnet for the worker, a private endpoint by which it reaches Redis, and the worker.
data "azurerm_virtual_network" "network" {
  for_each = var.networks

  name                = each.value.vnet
  resource_group_name = each.value.resource_group
}

data "azurerm_subnet" "endpoints" {
  for_each = var.networks

  name                 = each.value.endpoint_subnet
  virtual_network_name = each.value.vnet
  resource_group_name  = each.value.resource_group
}

resource "azurerm_subnet" "worker" {
  for_each = var.networks

  name                 = "privatelink-diagnostics"
  resource_group_name  = each.value.resource_group
  virtual_network_name = each.value.vnet
  address_prefixes     = [each.value.worker_prefix]

  delegation {
    name = "container-instances"

    service_delegation {
      name    = "Microsoft.ContainerInstance/containerGroups"
      actions = ["Microsoft.Network/virtualNetworks/subnets/action"]
    }
  }
}

# Of its own, because two zones of one name cannot lie in one group.
resource "azurerm_resource_group" "worker" {
  for_each = var.networks

  name     = "rg-${var.name}-${each.key}"
  location = each.value.location
  tags     = var.tags
}

# The worker needs Redis, Azure DNS (168.63.129.16, which no rule closes) and the network that it looks at. Not the internet.
resource "azurerm_network_security_group" "worker" {
  for_each = var.networks

  name                = "nsg-privatelink-diagnostics"
  resource_group_name = azurerm_resource_group.worker[each.key].name
  location            = each.value.location
  tags                = var.tags

  security_rule {
    name                       = "no-internet"
    priority                   = 4000
    direction                  = "Outbound"
    access                     = "Deny"
    protocol                   = "*"
    source_address_prefix      = "*"
    source_port_range          = "*"
    destination_address_prefix = "Internet"
    destination_port_range     = "*"
  }

  security_rule {
    name                       = "nothing-comes-in"
    priority                   = 4000
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_address_prefix      = "*"
    source_port_range          = "*"
    destination_address_prefix = "*"
    destination_port_range     = "*"
  }
}

resource "azurerm_subnet_network_security_group_association" "worker" {
  for_each = var.networks

  subnet_id                 = azurerm_subnet.worker[each.key].id
  network_security_group_id = azurerm_network_security_group.worker[each.key].id
}

resource "azurerm_private_dns_zone" "worker_redis" {
  for_each = var.networks

  name                = local.redis_zone
  resource_group_name = azurerm_resource_group.worker[each.key].name
  tags                = var.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "worker_redis" {
  for_each = var.networks

  name                  = each.value.vnet
  resource_group_name   = azurerm_resource_group.worker[each.key].name
  private_dns_zone_name = azurerm_private_dns_zone.worker_redis[each.key].name
  virtual_network_id    = data.azurerm_virtual_network.network[each.key].id
  tags                  = var.tags
}

resource "azurerm_private_endpoint" "worker_redis" {
  for_each = var.networks

  name                = "pe-redis-${var.name}"
  resource_group_name = azurerm_resource_group.worker[each.key].name
  location            = each.value.location
  subnet_id           = data.azurerm_subnet.endpoints[each.key].id
  tags                = var.tags

  private_service_connection {
    name                           = "redis"
    private_connection_resource_id = azurerm_managed_redis.main.id
    subresource_names              = ["redisEnterprise"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "redis"
    private_dns_zone_ids = [azurerm_private_dns_zone.worker_redis[each.key].id]
  }
}

resource "azurerm_container_group" "worker" {
  for_each = var.start_processes ? var.networks : {}

  name                = "ci-privatelink-diagnostics"
  resource_group_name = azurerm_resource_group.worker[each.key].name
  location            = each.value.location
  os_type             = "Linux"
  ip_address_type     = "Private"
  subnet_ids          = [azurerm_subnet.worker[each.key].id]
  restart_policy      = "Always"
  tags                = var.tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.process["diagnostics"].id]
  }

  dynamic "image_registry_credential" {
    for_each = var.registry == null ? [] : [var.registry]

    content {
      server                    = image_registry_credential.value.server
      user_assigned_identity_id = azurerm_user_assigned_identity.process["diagnostics"].id
    }
  }

  container {
    name   = "diagnostics"
    image  = var.image
    cpu    = 0.5
    memory = 0.5

    # As `npm run diagnostics` starts it.
    commands = ["node", "--max-semi-space-size=2", "--max-old-space-size=48", "src/diagnostics/main.ts"]

    environment_variables = merge(local.redis_environment["diagnostics"], local.allocator, {
      DIAGNOSTICS_NETWORK = each.key
      METRICS_PORT        = "9464"
      UV_THREADPOOL_SIZE  = "100"
    })

    # A private address has to have a port. The security group lets nobody in.
    ports {
      port     = 9464
      protocol = "TCP"
    }

    liveness_probe {
      initial_delay_seconds = 15
      period_seconds        = 10

      http_get {
        path = "/healthz"
        port = 9464
      }
    }
  }

  depends_on = [
    azurerm_private_endpoint.worker_redis,
    azurerm_private_dns_zone_virtual_network_link.worker_redis,
    azurerm_subnet_network_security_group_association.worker,
    azurerm_role_assignment.pull,
    azurerm_managed_redis_access_policy_assignment.diagnostics,
  ]
}
