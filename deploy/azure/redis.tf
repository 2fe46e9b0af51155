# Azure Managed Redis knows one access policy, which may do everything: it cannot hold the processes apart as redis-users.acl does (docs/decisions.md, 47 and 74).
resource "azurerm_managed_redis" "main" {
  name                      = "redis-${var.name}"
  resource_group_name       = azurerm_resource_group.main.name
  location                  = azurerm_resource_group.main.location
  sku_name                  = var.redis_sku
  high_availability_enabled = true
  public_network_access     = "Disabled"
  tags                      = var.tags

  default_database {
    # The identities of the processes are let in, and nobody else.
    access_keys_authentication_enabled = false
    client_protocol                    = "Encrypted"

    # One address for clients that know nothing of clusters.
    clustering_policy                             = "EnterpriseCluster"
    eviction_policy                               = "NoEviction"
    persistence_append_only_file_backup_frequency = "1s"
  }

  lifecycle {
    prevent_destroy = true
  }
}

# One after the other: Managed Redis fails what is assigned while it still makes another assignment.
resource "azurerm_managed_redis_access_policy_assignment" "bot" {
  managed_redis_id = azurerm_managed_redis.main.id
  object_id        = azurerm_user_assigned_identity.process["bot"].principal_id
}

resource "azurerm_managed_redis_access_policy_assignment" "jobs" {
  managed_redis_id = azurerm_managed_redis.main.id
  object_id        = azurerm_user_assigned_identity.process["jobs"].principal_id

  depends_on = [azurerm_managed_redis_access_policy_assignment.bot]
}

resource "azurerm_managed_redis_access_policy_assignment" "diagnostics" {
  count = length(var.networks) > 0 ? 1 : 0

  managed_redis_id = azurerm_managed_redis.main.id
  object_id        = azurerm_user_assigned_identity.process["diagnostics"].principal_id

  depends_on = [azurerm_managed_redis_access_policy_assignment.jobs]
}

locals {
  redis_zone = "privatelink.redis.azure.net"

  # For each process: where Redis is, and as which identity it signs in.
  redis_environment = {
    for process, identity in azurerm_user_assigned_identity.process : process => {
      REDIS_URL       = "rediss://${azurerm_managed_redis.main.hostname}:${azurerm_managed_redis.main.default_database[0].port}"
      REDIS_AUTH      = "entra"
      AZURE_CLIENT_ID = identity.client_id
    }
  }
}

resource "azurerm_private_endpoint" "redis" {
  name                = "pe-redis-${var.name}"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  subnet_id           = azurerm_subnet.endpoints.id
  tags                = var.tags

  private_service_connection {
    name                           = "redis"
    private_connection_resource_id = azurerm_managed_redis.main.id
    subresource_names              = ["redisEnterprise"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "redis"
    private_dns_zone_ids = [azurerm_private_dns_zone.redis.id]
  }
}

resource "azurerm_private_dns_zone" "redis" {
  name                = local.redis_zone
  resource_group_name = azurerm_resource_group.main.name
  tags                = var.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "redis" {
  name                  = azurerm_virtual_network.main.name
  resource_group_name   = azurerm_resource_group.main.name
  private_dns_zone_name = azurerm_private_dns_zone.redis.name
  virtual_network_id    = azurerm_virtual_network.main.id
  tags                  = var.tags
}
