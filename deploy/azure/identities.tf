# Each process is an identity of its own, and reads only its own secrets.
resource "azurerm_user_assigned_identity" "process" {
  for_each = toset(["bot", "jobs", "diagnostics"])

  name                = "id-${var.name}-${each.key}"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  tags                = var.tags
}

locals {
  role = jsondecode(file("${path.module}/../../azure-role.json"))

  # A role definition lists the subscriptions and groups in which it may be assigned.
  subscriptions = distinct([for scope in var.role_scopes : regex("^/subscriptions/[^/]+", scope)])
}

resource "azurerm_role_definition" "jobs" {
  name              = "${local.role.Name} (${var.name})"
  description       = local.role.Description
  scope             = local.subscriptions[0]
  assignable_scopes = local.subscriptions

  permissions {
    actions     = local.role.Actions
    not_actions = local.role.NotActions
  }
}

resource "azurerm_role_assignment" "jobs" {
  for_each = var.role_scopes

  scope              = each.key
  role_definition_id = azurerm_role_definition.jobs.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.process["jobs"].principal_id
}

resource "azurerm_role_assignment" "pull" {
  for_each = var.registry == null ? {} : azurerm_user_assigned_identity.process

  scope                = var.registry.id
  role_definition_name = "AcrPull"
  principal_id         = each.value.principal_id
}
